"""Where rrsync is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from wizard.failure import Failure, Kind
from wizard.server.rrsync_place import find_rrsync

if TYPE_CHECKING:
    from pathlib import Path


def test_rrsync_is_found_where_it_can_be_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, right = tmp_path / "broken" / "rrsync", tmp_path / "right" / "rrsync"
    for path, interpreter in ((broken, "/no/such/python"), (right, "/usr/bin/env -S sh -u")):
        path.parent.mkdir()
        path.write_text(f"#!{interpreter}\n")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}:{right.parent}:{os.environ['PATH']}")
    assert find_rrsync() == right


def test_an_rrsync_that_cannot_be_run_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "rrsync"
    place.write_text("#!/bin/sh\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("wizard.server.rrsync_place.USUAL_FOLDERS", ())
    with pytest.raises(Failure) as failed:
        find_rrsync()
    assert failed.value.kind is Kind.NO_RRSYNC
    assert str(place) in failed.value.raw
