"""The step “Ask your admin”."""
