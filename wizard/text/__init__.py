"""What people read: its language, its form, and the terminals that can't show all of it."""
