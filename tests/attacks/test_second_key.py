"""Two computers of one account, each with a key of its own: the thief of one gets nowhere with the other's backup."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.attacks import stock_reading, stock_writing
from tests.attacks.plundered import Plundered
from tests.attacks.protocol.messages import Entry, Transfer, folder
from tests.support.attacks.targets import LETTER, SECRETS
from tests.support.quick import sampled
from tests.support.servers import placing
from wizard.profile import Key
from wizard.running import report
from wizard.schemes.if_stolen import Ability
from wizard.server import exports

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers.office import Office

THEIRS = SECRETS["other"][0].decode()
THERE = b"../other/Documents/letter.txt"
KINDS = ["rrsync", "forced-command", "daemon-over-ssh"]
# What the choice leaves most to a thief, within their own folder.
OPTIONS = {
    "rrsync": {"write_only": False, "allow_delete": True},
    "forced-command": {"allow_delete": True},
    "daemon-over-ssh": {"write_only": False, "allow_delete": True},
}
ATTACKS = (
    stock_reading.reading_outside,
    stock_reading.reading_through_a_planted_link,
    stock_reading.comparing_through_a_planted_link,
    stock_writing.writing_through_a_planted_link,
    stock_writing.writing_outside,
    stock_reading.files_from_on_the_server,
    stock_reading.rules_that_name_files,
    stock_writing.backup_dir,
    stock_writing.temp_dir,
    stock_writing.partial_dir,
    stock_writing.log_file,
    stock_reading.the_other_computer,
)


@pytest.mark.long
@pytest.mark.parametrize("which", sampled.first(1, ["the first one's", "the second one's"]))
@pytest.mark.parametrize("kind", sampled.first(1, KINDS))
async def test_neither_reads_spoils_nor_blocks_the_other(kind: str, which: str, office: Office, tmp_path: Path) -> None:
    folders = {}
    for name, text in (("other", THEIRS), ("amamac", LETTER.decode())):
        folders[name] = tmp_path / name / "Documents"
        folders[name].mkdir(parents=True)
        (folders[name] / "letter.txt").write_text(text)
    stolen = placing.profile_for(office, kind, folders["amamac"], scheme=OPTIONS[kind], delete=True)
    other = replace(
        placing.profile_for(office, kind, folders["other"], scheme=OPTIONS[kind], delete=True),
        name="other",
        key=Key(protection="none", file=str(tmp_path / "other-key")),
    )
    both = (stolen, other) if which == "the first one's" else (other, stolen)
    access = {profile.name: placing.settle(office, profile) for profile in both}
    lines = (exports.export(profile, access[profile.name].facts, "authorized-keys") for profile in both)
    office.authorize("".join(lines))
    (tmp_path / "thief").mkdir()
    with Plundered(office, stolen, access["amamac"], tmp_path / "thief") as thief:
        for profile in both:
            await report.backup(profile, access[profile.name])
        thief.keep()
        for attack in ATTACKS:
            thief.begin()
            attack(thief)
            thief.visit([folder(b"."), Entry(THERE, size=1)], [Transfer(THERE, [b"x"])])
            assert not thief.gained() & {Ability.OTHER_BACKUPS, Ability.EVERYTHING}, attack.__name__
        # What the thief holds open keeps nobody but the stolen computer waiting.
        for _ in thief.sessions_held_open():
            assert (await report.backup(other, access["other"])).exit_code == 0
    assert office.path(f"{placing.ROOT}/other/Documents/letter.txt").read_text() == THEIRS
