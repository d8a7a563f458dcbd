"""What a practice run found, in lists of any length: of a backup's, and of a restore's."""
