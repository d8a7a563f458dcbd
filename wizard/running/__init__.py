"""The real backup: what it does, what it finds and what is kept of it."""
