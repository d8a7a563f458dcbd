"""The step “Welcome”."""
