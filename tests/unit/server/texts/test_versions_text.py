"""The program that keeps versions, as text: by itself, and as the setup script brings it."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from tests.support import programs
from tests.unit.server.texts.test_covering_message import context_for
from wizard.profile import VersionsSettings
from wizard.server.exports import script
from wizard.server.exports.context import ForReading
from wizard.storage import paths

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.server.exports.context import ExportContext

PROGRAM = paths.assets() / "templates" / "versions.sh"


def with_versions() -> ExportContext:
    context = context_for("rrsync")
    kept = VersionsSettings(keep="server", daily=7, weekly=4, monthly=12)
    return replace(context, profile=msgspec.structs.replace(context.profile, versions=kept))


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    file = tmp_path / "setup.sh"
    file.write_text(script.render(with_versions()))
    argv = [programs.require("shellcheck"), "--shell=sh", str(PROGRAM), str(file)]
    ran = subprocess.run(argv, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout


def test_the_script_brings_the_program_as_it_is(tmp_path: Path) -> None:
    text = script.render(with_versions())
    file = tmp_path / "part.sh"
    begin = text.index("versions_program() {")
    file.write_text(text[begin:].removesuffix('main "$@"\n') + "versions_program\n")
    for shell in (["dash"], ["busybox", "sh"]):
        shown = subprocess.run(
            [programs.require(shell[0]), *shell[1:], file], capture_output=True, text=True, check=True
        )
        assert shown.stdout == PROGRAM.read_text("utf-8")


def test_a_script_without_versions_has_none_of_it() -> None:
    assert "versions_program()" not in script.render(context_for("rrsync"))
    reading = replace(with_versions(), for_reading=ForReading.__new__(ForReading))
    assert not reading.keeps_versions
