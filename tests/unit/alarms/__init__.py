"""Messages and reports to somebody elsewhere."""
