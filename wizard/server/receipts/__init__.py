"""The receipt that the setup script prints: read, compared and remembered."""
