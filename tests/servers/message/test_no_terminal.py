"""What an account runs for the admin gets no way to the admin's terminal, into which it could type as root."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.message.test_message import BRING_BACK
from tests.servers.message.test_message_attacked import KEY, _profile, _text
from tests.support.data.message import block, line_after
from tests.support.servers import root_shell, setting_up
from tests.support.servers.office import ACCOUNT, Office
from wizard.trouble import key_checks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# As busybox's, which is the one that starts no session of its own; Debian builds busybox without it.
OF_BUSYBOX = """\
#!/bin/sh
account=$3
shift 4
HOME=/home/$account exec setpriv --reuid "$account" --regid "$account" --init-groups /bin/sh -c "$@"
"""
# In the place of a program that the account runs: somebody who has got hold of the account's process.
TYPES = """\
#!/bin/sh
if [ "$(id -u)" = 0 ]; then exec {program} "$@"; fi
printf '\\033]0;pwned\\007' 2>/dev/null
exec /usr/bin/python3 -c '
import fcntl, os, sys, termios
for place in ("/dev/tty", "/dev/fd/0", "/dev/fd/1", "/dev/fd/2"):
    try:
        terminal = os.open(place, os.O_RDWR)
        os.write(terminal, b"pwned")
        for letter in "touch /srv/typed\\n":
            fcntl.ioctl(terminal, termios.TIOCSTI, letter.encode())
    except OSError:
        continue
sys.exit(1)
'
"""


@pytest.fixture(params=["util-linux", "busybox"])
def office(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Office]:
    with Office(setting_up.place(tmp_path)) as office:
        office.start_sshd()
        if request.param == "busybox":
            office.put("/usr/local/bin/su", OF_BUSYBOX, mode=0o755)
        yield office


def take_over(office: Office, program: str) -> None:
    """Have the account's process be somebody's as soon as it runs that program."""
    evil = TYPES.format(program=f"/usr/bin/{program}")
    office.put(f"/usr/local/bin/{program}", evil, mode=0o755)
    office.put("/etc/environment", "PATH=/usr/local/bin:/usr/bin:/bin\n", mode=0o644)  # for su of util-linux


def test_the_message_s_commands(office: Office, sample_folder: Path, tmp_path: Path) -> None:
    text = _text(_profile(office, sample_folder), tmp_path)
    take_over(office, "grep")
    for commands in (block(text), line_after(text, "To take it back")):
        said = root_shell.paste(office, commands)
        assert "pwned" not in said
    assert not office.path("/srv/typed").exists()


def test_the_line_that_brings_files_back(office: Office, sample_folder: Path, tmp_path: Path) -> None:
    text = _text(_profile(office, sample_folder), tmp_path)
    root_shell.paste(office, block(text))
    take_over(office, "rsync")
    said = root_shell.paste(office, line_after(text, BRING_BACK))
    assert "Not everything is there: /srv/amamac+restored" in said
    assert "?]0;pwned?" in said
    assert "\033" not in said
    assert not office.path("/srv/typed").exists()


def test_the_commands_that_find_why_a_key_is_refused(office: Office, sample_folder: Path) -> None:
    office.authorize(f"{KEY}\n")
    commands = key_checks.letter(_profile(office, sample_folder), KEY).partition("\n\n")[2]
    honest = root_shell.paste(office, f"{commands}\n")
    assert "That is all." in honest
    assert "\nMy key is not in" not in honest
    take_over(office, "find")
    said = root_shell.paste(office, f"{commands}\n")
    assert "That is all." in said
    assert "\033" not in said
    assert "touch" not in said.replace(commands, "")
    assert not office.path("/srv/typed").exists()


def test_what_is_seen_of_the_account_is_still_told(office: Office, sample_folder: Path) -> None:
    office.run("chmod", "777", f"/home/{ACCOUNT}")
    said = root_shell.paste(office, key_checks.letter(_profile(office, sample_folder), KEY).partition("\n\n")[2] + "\n")
    assert "\nOthers may write to .\n" in said
    assert "\nMy key is not in .ssh/authorized_keys.\n" in said
