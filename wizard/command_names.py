"""The words that are commands on the command line, and so can't be the names of backups."""

COMMANDS = (
    *("demo", "list", "show", "status", "forget", "export", "receipt", "check", "dry-run", "run"),
    *("restore", "versions", "drill", "schedule", "adopt", "admin"),
)
