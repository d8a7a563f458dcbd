"""Child processes, and work in threads of its own."""
