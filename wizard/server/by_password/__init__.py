"""Doing the admin's part with the account's own password."""
