"""The widgets the screens share, one a file."""
