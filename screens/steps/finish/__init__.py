"""The step “Finish”."""
