"""When a backup is made by itself, and why not now."""
