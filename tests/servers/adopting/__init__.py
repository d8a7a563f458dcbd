"""A backup is taken over by another computer: its own new one, or a thief's."""
