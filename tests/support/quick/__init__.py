"""What makes hundreds of starts quick."""
