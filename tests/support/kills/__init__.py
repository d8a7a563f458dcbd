"""Killing the product at chosen points."""
