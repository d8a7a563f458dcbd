"""The step “Security check”."""
