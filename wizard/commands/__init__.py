"""What each command does, one file a kind; imported when it runs."""
