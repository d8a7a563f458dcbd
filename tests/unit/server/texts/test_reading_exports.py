"""The text by which a backup may be read, in every format: marked as another than the backup's own, and put by hand."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import pytest

from screens.admin import asked_words
from tests.support import programs
from tests.support.data.message import block, line_after
from tests.support.data.requests import a_request, public_key
from tests.support.quick import sampled
from tests.unit.schemes.test_schemes import CLIENT, profile_of
from wizard.client import request
from wizard.client.keys.secrets import Secret
from wizard.failure import BadProfile
from wizard.schemes.facts import ServerFacts
from wizard.server import clashes, exports
from wizard.server.exports import covering_message, script
from wizard.server.exports.shell_lines import MOST_BYTES
from wizard.server.handed_over import Replaced

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.profile import SchemeKind
    from wizard.server.exports.context import ExportContext

KINDS = ("rrsync", "forced-command", "daemon-over-ssh", "daemon")
EXPIRES = datetime(2026, 12, 1, 11, 30, tzinfo=UTC)


def context_for(kind: str, server: ServerFacts | None = None, replaced: Replaced | None = None) -> ExportContext:
    profile = profile_of(kind)
    there = msgspec.structs.replace(profile.server, root="/srv/back up")
    client = msgspec.structs.replace(CLIENT, public_key=public_key(), recorded=None)
    secret = Secret("s3cret") if kind == "daemon" else None
    profile = msgspec.structs.replace(profile, server=there)
    return exports.context_for_reading(profile, client, EXPIRES, secret, replaced, server or ServerFacts())


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_is_marked_by_a_name_that_no_backup_has(kind: str) -> None:
    context = context_for(kind)
    name = context.profile.name
    formats = [one for one in exports.FORMATS.values() if one.applies(context.setup)]
    assert {one.name for one in formats} >= {"text", "script", "ansible", "request"}
    for one in formats:
        text = one.render(context)
        assert f"begin {name}\n" not in text, one.name
        assert f"begin {name}'" not in text, one.name
        assert (f"{name}+restore" in text) is (one.name not in {"request", "secrets"}), one.name


@pytest.mark.parametrize("kind", KINDS)
def test_the_message_says_what_for_up_to_when_and_who_shuts_it(kind: str) -> None:
    told = " ".join(covering_message.render(context_for(kind)).split())
    assert "read its backup on" in told
    assert "2026-12-01 11:30 UTC" in told
    assert ("sshd refuses it from 2026-12-01" in told) is (kind != "daemon")
    old = " ".join(covering_message.render(context_for(kind, ServerFacts(openssh_version=(7, 6)))).split())
    assert "please take it back after 2026-12-01 11:30 UTC" in old
    assert "expiry-time" not in old


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("replaced", [None, Replaced(("ssh-ed25519 AAAAC3",))])
def test_what_is_pasted_fits_every_terminal_and_every_shell(kind: str, replaced: Replaced | None) -> None:
    text = covering_message.render(context_for(kind, replaced=replaced))
    for part in (block(text), line_after(text, "To take it back")):
        assert all(len(line.encode()) < MOST_BYTES + 23 for line in part.splitlines())
        assert "useradd" not in part
        assert "userdel" not in part
        for shell in (["bash", "-n"], ["dash", "-n"], ["busybox", "sh", "-n"], ["zsh", "-f", "-n"]):
            read = subprocess.run(shell, input=part, text=True, capture_output=True)
            assert (read.returncode, read.stderr) == (0, ""), part


@pytest.mark.parametrize("kind", sampled.first(1, KINDS))
def test_shellcheck_finds_nothing_in_the_script(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "setup.sh"
    file.write_text(script.render_many([context_for(kind)]))
    ran = subprocess.run([programs.require("shellcheck"), "-s", "sh", file], capture_output=True, text=True)
    assert ran.stdout == ""
    assert "Lets the computer “amamac” read its backup on this server, for a restore, with rsync" in file.read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_to_read_is_read_again_and_gives_the_same_text(kind: SchemeKind, tmp_path: Path) -> None:
    context = context_for(kind)
    file = tmp_path / "request.toml"
    file.write_text(exports.FORMATS["request"].render(context))
    asked = request.read(file)
    assert asked.purpose == "restore"
    granted = exports.context_of_request(asked)
    assert granted.for_reading
    assert granted.name == context.name
    again = exports.context_for_reading(asked.profile, asked.client, granted.for_reading.expires, server=ServerFacts())
    assert granted.setup == again.setup
    assert 'command="/bin/sh' in str(exports.FORMATS["script"].render(granted)) or kind == "daemon"


def test_beside_the_backup_s_own_request_it_clashes_with_nothing() -> None:
    own = a_request("rrsync")
    reads = msgspec.structs.replace(own, purpose="restore", public_key=public_key(1))
    assert clashes.among([own, reads]) == []
    assert len(clashes.among([reads, msgspec.structs.replace(reads, public_key=public_key(2))])) == 1
    said = asked_words.about(reads)
    assert said["way in"].startswith("only to read the backup in ")
    assert said["set"] == "read only"
    assert "read this backup" in said["risk"]
    assert "really the owner" in said["risk"]
    assert not asked_words.is_wide_open(msgspec.structs.replace(a_request("login"), purpose="restore"))


def test_no_other_purpose_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "request.toml"
    file.write_text('purpose = "everything"\n' + request.dumps(a_request("rrsync")))
    with pytest.raises(BadProfile) as refused:
        request.read(file)
    assert refused.value.key == "purpose"
