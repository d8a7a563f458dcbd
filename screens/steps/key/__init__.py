"""The step “Key”."""
