"""Telling somebody elsewhere how a backup goes: messages by mail or chat, and reports to a monitoring service."""
