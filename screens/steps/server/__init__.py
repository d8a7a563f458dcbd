"""The step “Server”."""
