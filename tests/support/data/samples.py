"""A small folder of the files that programs stumble over."""

import os
from pathlib import Path

NAMES = (
    "plain.txt",
    "two words.txt",
    'it\'s "quoted".txt',
    "$(touch x) `y` %h #z.txt",
    "line\nbreak.txt",
    "\\#012 and \\ alone.txt",
    "a|b|c.txt",
    "-rf",
    "tab\there.txt",
    "Grüße – 日本.txt",
    "\u202eright-to-left.txt",
    os.fsdecode(b"not-utf8-\xff.txt"),
    "sub folder/deep/file.txt",
    ".hidden/settings",
)
_MODIFIED_NS = 1_700_000_000_123_456_789


def make_sample(folder: Path) -> Path:
    """Fill the folder with a file for each of `NAMES`, an empty folder, a link and a hard link, all of one time."""
    for number, name in enumerate(NAMES, 1):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"content {number}\n".encode() * number)
    (folder / "empty").mkdir()
    (folder / "link").symlink_to("plain.txt")
    (folder / "twin.txt").hardlink_to(folder / "plain.txt")
    for parent, _, files in os.walk(folder, topdown=False):
        for path in (*(Path(parent, name) for name in files), Path(parent)):
            os.utime(path, ns=(_MODIFIED_NS, _MODIFIED_NS), follow_symlinks=False)
    return folder
