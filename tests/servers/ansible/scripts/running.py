"""The scripts of the playbook, each run on an office's server as the playbook runs it."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.support.data.trees import tree
from tests.support.servers.playbook import script

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.data.trees import Entry
    from tests.support.servers.office import Office


BEGIN, END = "# backup-wizard begin amamac", "# backup-wizard end amamac"
LINES = "#   why\nrestrict ssh-ed25519 AAAA one"
BLOCK = f"{BEGIN}\n{LINES}\n{END}\n"
FOREIGN = "ssh-ed25519 AAAA mine"
KEYS = ".ssh/authorized_keys"
KEYS_FILE = f"/home/amanda/{KEYS}"


def said(
    office: Office, work: str, account: str, path: str, *lines: str, dry: bool = False, by: Sequence[str] = ("/bin/sh",)
) -> tuple[int, str]:
    """How a script ended that works on one path, as its owner, and all that it printed."""
    told = ["7", account, path, str(len(lines)), *lines]
    code, printed = run(office, "as_owner", script(work), "dry" if dry else "do", told=told, by=by)
    return code, printed.replace("7 missing ", "missing ").replace("7 | ", "| ")


def looked(office: Office, account: str, root: str = "backup") -> Any:
    """What is found out about an account and the root of its backup."""
    code, printed = run(office, "look", told=[account, root])
    assert code == 0, printed
    return json.loads(printed)


def run(
    office: Office, name: str, *arguments: str, told: Sequence[str], by: Sequence[str] = ("/bin/sh",)
) -> tuple[int, str]:
    """How a script ended, and all that it printed."""
    argv = office.inside(*by, "-c", script(name), "sh", *arguments)
    environment = os.environ | {"TMPDIR": "/nowhere"}
    text = "".join(f"{line}\n" for line in told)
    ended = subprocess.run(argv, input=text, capture_output=True, text=True, env=environment, cwd="/root")
    return ended.returncode, ended.stdout + ended.stderr


def everything(office: Office) -> dict[str, Entry]:
    """All that may not change, but for folders' times."""
    return {
        f"{top}/{name}": replace(entry, modified_ns=0)
        for top in ("/etc", "/home", "/srv")
        for name, entry in tree(office.path(top)).items()
    }


def edited(
    office: Office, text: str | bytes, order: str = "put", *, dry: bool = False, lines: str = LINES
) -> tuple[int, str, bytes]:
    """What the script says and leaves in a file with that text, which its account has open to others."""
    office.authorize("")
    file = office.path(KEYS_FILE)
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    file.chmod(0o644)
    code, printed = said(office, "edit", "amanda", KEYS, order, "amamac", *lines.split("\n"), dry=dry)
    assert (file.stat().st_mode & 0o777, file.stat().st_uid) == (0o644, office.home.stat().st_uid)
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    return code, printed, file.read_bytes()
