"""A server's rsync that lies: what it sends is another rsync's, with words in it put for others of the same length.

    python -m tests.servers.restore.lying_sender ROOT WORDS HOST rsync --server --sender …

It stands in for ssh. `sent` in the folder `ROOT` is what is sent; in `fetch`, there is what a real run gets, if that is
not to be what was listed. `arguments` has the words that its own rsync is given. `WORDS` are pairs, in hexadecimal.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path


def main(root: str, words: str, *asked: str) -> int:
    for end in (0, 1):  # rsync would have them otherwise
        os.set_blocking(end, True)
    flags = next(word for word in asked if word.startswith("-") and "e." in word)
    place = Path(root)
    if "n" not in flags.partition("e.")[0] and (place / "fetch").is_dir():
        place /= "fetch"
    arguments = (Path(root) / "arguments").read_text().split() if (Path(root) / "arguments").exists() else ["."]
    # Without the letter “i”, the list comes in one piece, in which a name may stand anywhere.
    argv = ["rsync", "--server", "--sender", flags.replace(".i", "."), *arguments[:-1], ".", *arguments[-1].split(",")]
    sender = subprocess.Popen(argv, cwd=place / "sent", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert sender.stdin
    assert sender.stdout
    threading.Thread(target=_pass_on, args=(sender,), daemon=True).start()
    pairs = [tuple(map(bytes.fromhex, pair.split(":"))) for pair in words.split(",") if pair]
    while data := os.read(sender.stdout.fileno(), 1 << 20):
        for true, false in pairs:
            data = data.replace(true, false)
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    return sender.wait()


def _pass_on(sender: subprocess.Popen[bytes]) -> None:
    assert sender.stdin
    while data := os.read(0, 1 << 16):
        sender.stdin.write(data)
        sender.stdin.flush()
    sender.stdin.close()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
