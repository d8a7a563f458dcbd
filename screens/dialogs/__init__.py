"""Screens over the one at hand: questions, help, failures."""
