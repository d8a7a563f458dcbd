"""The walk: its steps, and the ways to take them without screens."""
