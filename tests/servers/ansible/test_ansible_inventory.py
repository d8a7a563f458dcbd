"""What an admin gets wrong is an error with a word, as a server that the inventory does not have, or a state."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.servers.ansible.test_ansible_lint import contexts
from tests.support.servers.playbook import play
from wizard.server.exports import ansible

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("inventory", "options", "said"),
    [
        ("files0.example.lan,fs1", ("--limit=fs1",), "your inventory has no host files1.example.lan: add it there"),
        ("/dev/null", (), "No computer is for a server that your inventory names localhost"),
        (
            "files0.example.lan,files1.example.lan",
            ("--extra-vars=backup_wizard_state=absnet",),
            "A state can be “present” or “absent”, not absnet.",
        ),
    ],
)
def test_it_is_an_error(tmp_path: Path, inventory: str, options: tuple[str, ...], said: str) -> None:
    playbook = tmp_path / "backups.yml"
    playbook.write_text(ansible.render_many(contexts()))
    assert said in " ".join(play(local, playbook, "--check", *options, host=inventory, fails=True).printed.split())


def local(*argv: str) -> str:
    ended = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr
