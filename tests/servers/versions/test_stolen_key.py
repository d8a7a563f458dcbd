"""A thief with the backup's key, on a real sshd: what is live can be spoiled, and no version."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.servers.versions.test_script import PLACE, office
from tests.support.attacks.thief import Thief
from tests.support.quick import sampled
from tests.support.servers import placing, setting_up
from tests.support.servers.office import ACCOUNT
from tests.support.versions.office import PROGRAM, look
from wizard.client import access
from wizard.client.host_keys import known_hosts
from wizard.client.host_keys.known_hosts import HostKey
from wizard.client.keys import protected_key
from wizard.profile import Key, VersionsSettings
from wizard.server import exports
from wizard.server.exports import script

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers.setting_up import SetUpOffice
    from wizard.profile import SchemeKind

__all__ = ["office"]

LIVE = f"/home/{ACCOUNT}/backup/amamac"
ATTEMPTS: tuple[list[str], ...] = (
    [],
    ["-I"],
    ["-I", "--inplace"],
    ["--append"],
    ["-I", "--chmod=F777,D777"],
    ["-I", "--chmod=F000"],
    ["-H", "-I"],
    ["--delete"],
    ["-I", "--backup", "--backup-dir=/home/backup-wizard-versions"],
    ["-I", f"--link-dest={PLACE}/daily.0/files"],
    ["-I", "-K"],
)
PLACES = (".", f"{PLACE}/daily.0/files/", "../../../backup-wizard-versions/amanda/amamac/daily.0/files/", "way/")


@pytest.mark.parametrize("kind", sampled.first(1, ["rrsync", "login"]))
def test_it_changes_what_is_live_and_no_version(
    kind: SchemeKind, office: SetUpOffice, sample_folder: Path, tmp_path: Path
) -> None:
    office.live_in()
    asked = placing.profile_for(office, kind, sample_folder)
    kept = VersionsSettings(keep="server")
    profile = msgspec.structs.replace(asked, key=Key(protection="none"), versions=kept)
    known_hosts.trust(profile, [HostKey(*office.host_key)])
    protected_key.ensure(profile)
    admitted = access.prepare(profile)
    setting_up.install(office, script.render(exports.context_of(profile, admitted.facts)))
    ran = office.script()
    assert ran.exit_code == 0, ran.stderr
    office.as_account(f"cd {LIVE} && echo honest >letter && echo >.backup-complete")
    made = subprocess.run(office.inside("sh", PROGRAM, "--now", ACCOUNT, "amamac"), capture_output=True, text=True)
    assert (made.returncode, made.stderr) == (0, "")
    before = look(office)
    assert office.path(f"{PLACE}/daily.0/files/letter").read_text() == "honest\n"

    thief_s = tmp_path / "t"
    thief_s.mkdir()
    (thief_s / "letter").write_text("spoiled by the thief")
    (thief_s / "way").symlink_to(f"{PLACE}/daily.0/files")
    with Thief(office, profile, thief_s) as thief:
        for place in PLACES:
            for options in ATTEMPTS:
                thief.rsync(*options, "--exclude=connection", f"{thief_s}/./", thief.there(place))
                assert look(office) == before, (place, options)
    assert office.path(f"{LIVE}/letter").read_text() == "spoiled by the thief"
