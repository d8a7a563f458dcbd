"""The status script's text: what a shell reads out of hostile values, and what shellcheck says."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from tests.support.commands import backup_wizard
from tests.support.data.profiles import a_profile
from tests.support.data.requests import a_request, public_key
from wizard.client.keys import protected_key
from wizard.profile import Key, Server
from wizard.server import exports, handed_over
from wizard.server.exports import status
from wizard.storage import profiles

if TYPE_CHECKING:
    from pathlib import Path

ROOTS = ("/srv/it's", '/srv/a "b" c', "/srv/$(touch ran)", "/srv/`x`", "/srv/\\", "/srv/Büro", "/srv/\u202ex", "backup")


@pytest.mark.parametrize("shell", ["dash", "busybox"])
def test_a_shell_reads_each_value_as_it_is(shell: str, tmp_path: Path) -> None:
    servers = [Server(host="x.example.lan", user="amanda", root=root) for root in ROOTS]
    requests = [a_request(name=f"n{at}", server=server) for at, server in enumerate(servers)]
    text = status.render_many([exports.context_of_request(one) for one in requests])
    (tmp_path / "status.sh").write_text(text.partition("# ---- How it works")[0] + 'printf %s "$known"\n')
    argv = [programs.require(shell), *(["sh"] if shell == "busybox" else []), "status.sh"]
    read = subprocess.run(argv, cwd=tmp_path, capture_output=True, check=True).stdout.decode()
    key = ",".join(public_key().split()[:2])
    lines = [f"n{at} amanda rrsync {key} {root}/n{at}" for at, root in enumerate(ROOTS)]
    assert read.rstrip("\n").split("\n") == ["", *lines]
    assert not (tmp_path / "ran").exists()
    assert "\u202e" not in text


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    file = tmp_path / "status.sh"
    file.write_text(status.render(exports.context_of_request(a_request("daemon"))))
    ran = subprocess.run([programs.require("shellcheck"), "--shell=sh", file], capture_output=True, text=True)
    assert ran.stdout == ""


def test_it_is_one_text_for_the_admin_over_all_requests_and_none_that_a_user_is_shown() -> None:
    contexts = [exports.context_of_request(a_request(kind)) for kind in ("rrsync", "daemon")]
    assert exports.FORMATS["status"] in exports.for_admin(contexts)
    assert exports.FORMATS["status"].render_all(contexts).count("#!/bin/sh") == 1


def test_the_command_prints_it_and_counts_nothing_as_sent_to_the_admin(tmp_path: Path) -> None:
    profile = a_profile(key=Key(protection="none", file=str(tmp_path / "key")))
    profiles.save(profile)
    protected_key.ensure(profile)
    printed = backup_wizard("export", profile.name, "--format", "status")
    assert (printed.exit_code, printed.stderr) == (0, "")
    assert f"\namamac amanda rrsync {','.join((tmp_path / 'key.pub').read_text().split()[:2])} backup" in printed.stdout
    assert not handed_over.was(profile.name)
