"""Without pipelining, a script that Ansible tells nothing has a terminal as its standard input, where nobody types."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.servers.playbook import script

if TYPE_CHECKING:
    from tests.support.servers.office import Office


@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize(
    ("name", "arguments"),
    [("as_owner", (script("make_folder"), "do")), ("find_sessions", ()), ("find_locked_out", ())],
)
def test_nobody_is_waited_for(office: Office, name: str, arguments: tuple[str, ...], is_known: bool) -> None:
    if is_known:
        office.put("/var/lib/backup-wizard/made", "amanda amamac backup yes\n")
    ours, theirs = os.openpty()
    try:
        argv = office.inside("/bin/sh", "-c", script(name), "sh", *arguments)
        ended = subprocess.run(argv, stdin=theirs, capture_output=True, text=True, timeout=60)
    finally:
        os.close(ours)
        os.close(theirs)
    assert (ended.returncode, ended.stdout + ended.stderr) == (0, "")
