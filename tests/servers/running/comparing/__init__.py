"""What a backup sees by content, against real servers."""
