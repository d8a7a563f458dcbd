"""The home screen: what it shows, and where it leads."""
