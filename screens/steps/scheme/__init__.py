"""The step “Sign-in”."""
