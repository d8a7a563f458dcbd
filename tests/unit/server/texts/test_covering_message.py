"""The message to the admin: short, complete, and in lines that a terminal takes whole."""

from __future__ import annotations

import platform
import pwd
import subprocess
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support.data.message import block, line_after
from tests.support.data.profiles import FINGERPRINT
from tests.unit.schemes.test_schemes import CLIENT, KINDS, profile_of
from wizard.client import computer
from wizard.client.computer import Sender
from wizard.profile import VersionsSettings
from wizard.server import exports
from wizard.server.exports import covering_message, pasted_commands
from wizard.server.exports.shell_lines import MOST_BYTES, command, quoted
from wizard.server.handed_over import Replaced

if TYPE_CHECKING:
    from wizard.server.exports.context import ExportContext

AMANDA = Sender("Amanda Example", "amanda", "amamac.example.lan")
# What messages had before there was one block: 54 lines, or 78 with a daemon of the key's own.
MOST_LINES = {"daemon-over-ssh": 39}
HALF = 27
TO_BRING_BACK = 3  # since then
TO_REFUSE = {"daemon": 2}  # also since then: names and passwords that others already have


def context_for(kind: str, root: str = "backup", host_keys: tuple[str, ...] = (FINGERPRINT,)) -> ExportContext:
    profile = profile_of(kind)
    server = msgspec.structs.replace(profile.server, root=root, host_keys=host_keys)
    return replace(exports.context_of(msgspec.structs.replace(profile, server=server), CLIENT), sender=AMANDA)


def message_for(*arguments: object, **more: object) -> str:
    return covering_message.render(context_for(*arguments, **more))  # type: ignore[arg-type]


def most_lines(kind: str) -> int:
    return MOST_LINES.get(kind, HALF) + TO_BRING_BACK + TO_REFUSE.get(kind, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_half_as_long_as_it_was(kind: str) -> None:
    root = "backup" if kind != "daemon" else "/srv/backup"
    assert len(message_for(kind, root).splitlines()) <= most_lines(kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("root", ["/srv/" + "ä'b " * 200, "/srv" + "/x y" * 250])
def test_no_terminal_cuts_a_line_off_and_every_shell_can_read_it(kind: str, root: str) -> None:
    text = message_for(kind, root.rstrip())
    pasted = [block(text), *(line_after(text, one) for one in ("To take it back", "Should I ever lose", "Optional"))]
    assert all(len(line.encode()) < MOST_BYTES + 23 for part in pasted for line in part.splitlines())
    for shell in (["bash", "-n"], ["dash", "-n"], ["busybox", "sh", "-n"], ["zsh", "-f", "-n"]):
        for part in pasted:
            read = subprocess.run(shell, input=part, text=True, capture_output=True)
            assert (read.returncode, read.stderr) == (0, "")


@pytest.mark.parametrize(
    "value", ["", "plain", "it's", "''", "!x", '$(id) `id` "', "\\", "ä" * 900, "' " * 900, "x" * 3000]
)
def test_the_shell_reads_a_value_back(value: str) -> None:
    line = command("printf", quoted("%s|"), quoted(value), *map(quoted, ("a b", "c")))
    assert all(len(part.encode()) < MOST_BYTES + 23 for part in line.splitlines())
    assert subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True).stdout == f"{value}|a b|c|"


def test_it_says_where_the_server_sees_the_computer_come_from() -> None:
    context = context_for("rrsync")
    server = msgspec.structs.replace(context.profile.server, jump="amanda@gate.example.lan:2200")
    behind = replace(context, profile=msgspec.structs.replace(context.profile, server=server))
    said = " ".join(covering_message.render(behind).split())
    assert "I connect through gate.example.lan, so that is where your server sees me come from." in said
    assert block(covering_message.render(behind)) == block(covering_message.render(context))
    assert len(covering_message.render(behind).splitlines()) <= HALF + TO_BRING_BACK


def test_it_asks_for_versions_and_says_what_sets_them_up() -> None:
    context = context_for("rrsync")
    kept = VersionsSettings(keep="server", daily=7, weekly=4, monthly=12)
    with_versions = replace(context, profile=msgspec.structs.replace(context.profile, versions=kept))
    said = " ".join(covering_message.render(with_versions).split())
    assert "Please also keep older versions of it: 7 days, 4 weeks, 12 months. Use my setup script or playbook" in said
    assert block(covering_message.render(with_versions)) == block(covering_message.render(context))
    assert "older versions" not in covering_message.render(context)


def test_it_says_who_asks_and_what_the_server_showed() -> None:
    confirmed, neither = message_for("rrsync"), message_for("rrsync", host_keys=())
    unconfirmed = covering_message.render(replace(context_for("rrsync", host_keys=()), seen_host_keys=(FINGERPRINT,)))
    assert all(
        "I'm Amanda Example (amanda on amamac.example.lan)." in " ".join(text.split()) for text in (confirmed, neither)
    )
    assert f"Is it yours? If not, send me yours.\n    shown to me: {FINGERPRINT}\n" in confirmed
    assert "I haven't checked it, so please send me yours" in " ".join(unconfirmed.split())
    assert f"\n    shown to me: {FINGERPRINT}\n" in unconfirmed
    assert "Please also send me the server's fingerprint" in neither
    assert all("ssh_host_*_key.pub" in block(text) for text in (confirmed, unconfirmed, neither))
    assert "fingerprint" not in message_for("daemon", "/srv/backup")


@pytest.mark.parametrize(
    ("gecos", "account", "host", "words"),
    [
        ("Amanda Example,,,", "amanda", "amamac.example.lan", "Amanda Example (amanda on amamac.example.lan)"),
        ("Zoë O'Hara-Ünal", "EXAMPLE\\zoe", "pc7", "Zoë O'Hara-Ünal (EXAMPLE\\zoe on pc7)"),
        ("amanda", "amanda", "amamac", "amanda on amamac"),
        ("x # backup-wizard commands begin", "amanda", "amamac", "amanda on amamac"),
        ("A\u202eB", "a;b", "amamac", "amamac"),
        ("Amanda", "a b", "$(id)", "Amanda"),
        ("", "", "", ""),
    ],
)
def test_who_asks_is_told_as_far_as_it_can_stand_in_a_text(
    gecos: str, account: str, host: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pwd, "getpwuid", lambda _: SimpleNamespace(pw_gecos=gecos, pw_name=account))
    monkeypatch.setattr(platform, "node", lambda: host)
    assert computer.sender().words == words


def test_no_earlier_lines_are_replaced_where_no_key_tells_whose_they_are() -> None:
    context = replace(context_for("rrsync"), replaced=Replaced())
    assert "grep -qvF" not in pasted_commands.block(context)
    known = replace(context, replaced=Replaced(("ssh-ed25519 AAAA",)))
    assert 'grep -qvF -e "ssh-ed25519 AAAA"' in pasted_commands.block(known).replace("'\\\n'", "")
