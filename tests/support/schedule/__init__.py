"""Schedulers for the tests: none of the machine's own is ever asked or changed."""

from pathlib import Path

PROGRAMS = Path(__file__).with_name("bin")
CRONTAB = ".crontab-of-the-tests"
