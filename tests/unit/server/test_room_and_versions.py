"""What a receipt tells of the room on the server and of older versions, and what is said by it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import msgspec
import pytest

from tests.support.data.profiles import FINGERPRINT, a_profile
from tests.support.data.receipts import a_receipt
from tests.unit.server.test_receipt import unmet
from wizard.failure import Failure
from wizard.profile import VersionsSettings
from wizard.server import kept_facts, room
from wizard.server.receipts import receipt, receipt_text
from wizard.walk.descriptions import finish
from wizard.walk.steps import Step


@pytest.mark.parametrize("keep", ["none", "server"])
async def test_versions_count_as_kept_once_a_receipt_names_them(keep: Literal["none", "server"]) -> None:
    """The commands in the message can't set them up, and nothing else would show it."""
    profile = msgspec.structs.replace(unmet(), versions=VersionsSettings(keep=keep))

    def decided() -> str:
        return next(one.words for one in finish.decisions(profile) if one.step is Step.VERSIONS)

    taken = await receipt.take(profile, a_receipt(profile, [FINGERPRINT]))
    assert any("no older versions" in warning for warning in taken.warnings) is (keep == "server")
    assert ("not confirmed by the server yet" in decided()) is (keep == "server")
    place = {"versions-in": "/home/backup-wizard-versions/amanda/amamac"}
    taken = await receipt.take(profile, a_receipt(profile, [FINGERPRINT], **place))
    assert not any("no older versions" in warning for warning in taken.warnings)
    assert "not confirmed" not in decided()


GB, ALONE, WITH_VERSIONS = 10**9, VersionsSettings(), VersionsSettings(keep="server")


@pytest.mark.parametrize(
    ("versions", "free", "size", "fits"),
    [
        (ALONE, 10 * GB, 9 * GB, True),
        (ALONE, 10 * GB, 11 * GB, False),
        (WITH_VERSIONS, 10 * GB, 4 * GB, True),
        (WITH_VERSIONS, 10 * GB, 6 * GB, False),
        (WITH_VERSIONS, 8 * GB, 4 * GB, False),  # the server keeps something free
        (ALONE, 0, 1, False),
    ],
)
def test_a_first_version_takes_as_much_as_the_backup(
    versions: VersionsSettings, free: int, size: int, fits: bool
) -> None:
    profile = a_profile(versions=versions)
    assert room.for_first_backup(profile, size) is None
    kept_facts.learn(profile, room=free, room_seen=datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp())
    found = room.for_first_backup(profile, size)
    assert found
    assert found.fits is fits
    assert found.sentence.startswith("On Tuesday, 24 November 2026, the server had ")
    assert ("version" in found.sentence) is versions.are_kept
    assert room.for_first_backup(profile, 0) is None


def test_a_receipt_may_tell_of_it() -> None:
    profile = a_profile()
    assert receipt_text.parse(a_receipt(profile, [FINGERPRINT]), "amamac").room is None
    assert receipt_text.parse(a_receipt(profile, [FINGERPRINT], room="123456789012"), "amamac").room == 123456789012
    for bad in ("-1", "1e9", "9" * 19, "٣", "none", "1\u202e2", "1 2"):
        with pytest.raises(Failure):
            receipt_text.parse(a_receipt(profile, [FINGERPRINT], room=bad), "amamac")
