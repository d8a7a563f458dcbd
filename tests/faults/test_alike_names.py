"""Two backups whose names differ in capital letters alone: the second is refused wherever it could be begun.

ssh looks up a server's key by the backup's name and ignores capitals in it, so one would be taken for the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.commands import backup_wizard
from tests.support.data.profiles import a_profile
from tests.support.data.trees import tree
from tests.support.pilot import said, until, wizard_at
from tests.support.plain import decided
from wizard.failure import BadProfile
from wizard.profile import Profile
from wizard.storage import paths, profiles
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from pathlib import Path

TOLD = "There is already a backup “amamac”. Names can't differ only in capital letters. Choose another one."


@pytest.fixture(autouse=True)
def _begun(home: Path) -> None:
    profiles.save(a_profile())
    assert home


def test_it_is_not_saved() -> None:
    before = tree(paths.config())
    with pytest.raises(BadProfile) as refused:
        profiles.save(a_profile(name="AmaMac"))
    assert (refused.value.key, refused.value.message) == ("name", TOLD)
    assert tree(paths.config()) == before
    profiles.save(a_profile(delete=False))
    profiles.save(a_profile(name="amamac2"))


def test_one_that_was_begun_before_this_rule_can_still_be_changed() -> None:
    paths.profile("AmaMac").write_text(profiles.dumps(a_profile(name="AmaMac")))
    profiles.save(a_profile(name="AmaMac", exclude=()))
    assert profiles.load("AmaMac").exclude == ()
    assert profiles.taken("amamac") is None


async def test_the_screen_refuses_it_under_its_field() -> None:
    async with wizard_at(Profile(name="AMAMAC"), Step.WELCOME) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: TOLD in said(pilot))
    assert profiles.names() == ["amamac"]


def test_the_walk_on_lines_refuses_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    typed = iter(["", "Amamac", "other"])  # it is not on a server already
    monkeypatch.setattr("builtins.input", lambda _: next(typed))
    assert decided(Profile(name="my-computer"), Step.WELCOME).name == "other"
    assert TOLD in capsys.readouterr().out


def test_the_command_line_refuses_it(tmp_path: Path, sample_folder: Path) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text(profiles.dumps(a_profile(name="Amamac", folders=(str(sample_folder),))))
    for arguments in (["Amamac"], ["--plain", "AMAMAC"], ["--answers", answers]):
        refused = backup_wizard(*arguments)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert TOLD in refused.stderr
    assert profiles.names() == ["amamac"]
    assert not any(paths.walk_state(name).exists() for name in ("Amamac", "AMAMAC"))
