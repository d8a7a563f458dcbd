"""A server that keeps versions."""
