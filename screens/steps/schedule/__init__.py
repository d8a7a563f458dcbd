"""How often the backup is made."""
