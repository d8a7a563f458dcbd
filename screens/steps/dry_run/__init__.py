"""The step “Practice run”."""
