"""The steps' screens, a package each with the widgets of its own."""
