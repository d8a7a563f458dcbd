"""The step “Older versions”."""
