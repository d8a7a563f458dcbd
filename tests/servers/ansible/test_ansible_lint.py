"""The playbook and the role, as ansible-lint sees them under its strictest profile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from tests.support.data.profiles import a_profile
from wizard.profile import SchemeKind, SchemeSettings, Server, VersionsSettings
from wizard.schemes.facts import ClientFacts, Recorded, ServerFacts
from wizard.server import exports
from wizard.server.exports import ansible, saving

if TYPE_CHECKING:
    from wizard.server.exports.context import ExportContext

_RECORDED = Recorded(
    ("rsync", "--server", "-lHogDtpRre.iLsfxCIvu", ".", "x"), ("rsync", "--server", "-nlHogDtpRre.iLsfxCIvu", ".", "x")
)


@pytest.mark.long  # it takes as much work as 3 tests of the playbook, and nothing else sees what it sees
def test_the_playbook_is_clean(tmp_path: Path) -> None:
    (tmp_path / "backups.yml").write_text(ansible.render_many(contexts()))
    lint(tmp_path, "backups.yml")


@pytest.mark.long
@pytest.mark.every_case  # its tasks are the playbook's
def test_the_role_is_clean(tmp_path: Path) -> None:
    saving.save(exports.FORMATS["ansible"], contexts(), f"{tmp_path}/role/")
    lint(tmp_path / "role")


def contexts() -> list[ExportContext]:
    """A computer of each scheme, on two servers."""
    made = []
    for number, kind in enumerate(get_args(SchemeKind)):
        server = Server(host=f"files{number % 2}.example.lan", user=f"user{number}", root="/srv/backup")
        scheme, versions = SchemeSettings(kind=kind, module=f"pc{number}"), VersionsSettings(keep="server")
        profile = a_profile(name=f"pc{number}", server=server, scheme=scheme, versions=versions)
        client = ClientFacts(Path("/nowhere"), public_key=f"ssh-ed25519 AAAA{number:064}", recorded=_RECORDED)
        made.append(exports.context_of(profile, client, ServerFacts()))
    return made


def lint(folder: Path, *files: str) -> None:
    """Fail with what ansible-lint finds, warnings included."""
    programs = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(folder.parent)}
    argv = [str(programs / "ansible-lint"), "--offline", "--nocolor", "--strict", "--profile=production", *files]
    ended = subprocess.run(argv, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Ignored exception" not in ended.stderr
