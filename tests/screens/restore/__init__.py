"""The screens that files come back by."""
