"""The step “Fingerprint”."""
