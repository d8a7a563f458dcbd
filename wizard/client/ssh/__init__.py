"""The real ssh, and one connection of our own beside it."""
