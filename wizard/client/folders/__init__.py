"""The folders of this computer: found, chosen, measured, and what is left out of them."""
