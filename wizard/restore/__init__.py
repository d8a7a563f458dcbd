"""Getting files back: what is in a backup, what of it is wanted, and putting that in its place."""
