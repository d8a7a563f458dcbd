"""Servers of the test's own, and what an admin does to them."""
