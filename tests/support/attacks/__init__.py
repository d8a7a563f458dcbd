"""Whoever means no good, and whatever goes wrong."""
