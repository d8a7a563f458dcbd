"""The step “Folders”."""
