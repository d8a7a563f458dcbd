"""The core of backup-wizard: everything that is decided and done, without a screen."""

__version__ = "0.1.0"
