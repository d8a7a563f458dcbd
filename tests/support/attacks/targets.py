"""What a thief is after: files of the backup, of an older version, of other backups, and of the rest."""

from __future__ import annotations

from tests.support.versions.office import PLACE

LETTER = b"Dear Sir or Madam, the number is 4711"
UNKNOWN_NAME = "diary-8152.txt"
VERSION = f"{PLACE}/daily.1/files"
VERSION_FROM_BACKUP = f"../../..{VERSION.removeprefix('/home')}"
GONE = "Documents/gone.txt"
"""A file that is in that version of the backup, and no longer in the backup."""

SECRETS = {
    "own": (LETTER, b"my diary of the year"),
    "other": (b"the other computer's letter",),
    "outside": (b"a private key of amanda", b"a letter of bob", b"root:x:0:0"),
    "versions": (b"a letter of last year",),
}
