"""What the person's own ssh settings say of a name, as ssh itself reads them.

It is offered to the person, and nothing of it is used unasked: every connection of ours reads no settings (`-F none`).

To ask ssh (`ssh -G`) runs the commands of `Match exec` in those settings, by a shell, and some are given the name (%h).
They are the person's own, they run at each sign-in by hand as well, and what ssh would connect to can't be told without
them. The name is what we must answer for: it is asked for only if it is one by `rules.host`, which lets nothing through
that means anything to a shell.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import msgspec

from wizard import rules, server_address
from wizard.server_address import JumpHost
from wizard.text.display import printable
from wizard.text.language import _

SYSTEM = Path("/etc/ssh/ssh_config")
_SECONDS = 5
_SETTINGS = ("hostname", "port", "user", "proxyjump", "proxycommand")


class Known(msgspec.Struct, frozen=True):
    """What a name stands for in ssh's settings, and the jump host that it is reached through.

    `cant` is a way to it that we can't go: a command, or several jump hosts.
    """

    host: str
    port: str
    user: str
    jump: str = ""
    cant: str = ""

    def is_another_than(self, name: str) -> bool:
        """Whether it is another host's name that the name stands for, and not only a port or an account."""
        return self.host != name

    def words(self, name: str) -> str:
        """What the name stands for, in sentences."""
        words = _("Your ssh settings know “{name}” as {user} on {host}, port {port}.")
        if self.jump:
            words = _("Your ssh settings know “{name}” as {user} on {host}, port {port}, through {jump}.")
        words = words.format(name=name, user=self.user, host=self.host, port=self.port, jump=self.jump)
        if not self.cant:
            return words
        reached = _("They reach it through “{through}”, which backup-wizard can't do: it would connect directly.")
        return f"{words} {reached.format(through=printable(self.cant))}"


class _Said(msgspec.Struct, frozen=True):
    host: str
    port: str
    user: str
    jump: str
    command: str


def known(name: str) -> Known | None:
    """What the name stands for, if it is anything else than for an ssh without settings."""
    own = Path("~/.ssh/config").expanduser()
    if rules.host(name) or (own.exists() and not _is_read_by_ssh(own)):
        return None
    files = [file for file in (own, SYSTEM) if file.is_file()]
    if not files:
        return None
    with tempfile.NamedTemporaryFile("w", prefix="backup-wizard-") as both:
        both.writelines(f'Include "{file}"\n' for file in files)
        both.flush()
        return _known(name, both.name)


def _known(name: str, settings: str) -> Known | None:
    with_settings, without = _asked(name, settings), _asked(name, "none")
    if with_settings is None or without is None or with_settings == without:
        return None
    host = with_settings.host if with_settings.host != without.host else name
    found = Known(host, with_settings.port, with_settings.user)
    if rules.host(found.host) or rules.port(found.port) or rules.user(found.user):
        return None
    if with_settings.jump:
        jump = _jump_host(with_settings.jump, settings)
        return msgspec.structs.replace(found, jump=jump, cant="" if jump else with_settings.jump)
    return msgspec.structs.replace(found, cant=with_settings.command)


def _jump_host(through: str, settings: str) -> str:
    """The one jump host, which may be a name of the settings as well; empty where we can't go that way."""
    typed = server_address.understood(through)
    if typed.complaint or (said := _asked(typed.host, settings)) is None:
        return ""
    if said.command or said.jump not in {"", through}:  # a rule for all names holds for the jump host too
        return ""
    jump = str(JumpHost(typed.user or said.user, said.host, int(typed.port or said.port)))
    return "" if server_address.jump_complaint(jump) else jump


def _is_read_by_ssh(file: Path) -> bool:
    """Whether ssh would read it by itself: it does not if others can write in it."""
    try:
        found = file.stat()
    except OSError:
        return False
    return found.st_uid in {0, os.getuid()} and not found.st_mode & 0o022


def _asked(name: str, settings: str) -> _Said | None:
    try:
        ran = subprocess.run(
            ["ssh", "-F", settings, "-G", "--", name],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    said = dict(line.partition(" ")[::2] for line in ran.stdout.decode(errors="replace").splitlines())
    host, port, user, *through = (said.get(setting, "") for setting in _SETTINGS)
    jump, command = ("" if value == "none" else value for value in through)
    return _Said(host, port, user, jump, command)
