"""The keys that servers show, and which of them are trusted."""
