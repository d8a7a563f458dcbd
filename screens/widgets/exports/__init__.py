"""The pane that shows the texts for the admin, and what belongs to it."""
