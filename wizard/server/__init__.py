"""That computer: reaching it, what it is to be given, and whether its locks hold."""
