"""Whether a first backup fits is said by what the receipt told of the server's room, and by nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.support.data.profiles import FINGERPRINT, a_profile
from tests.support.data.receipts import a_receipt
from wizard.failure import Failure
from wizard.profile import VersionsSettings
from wizard.server import kept_facts, room
from wizard.server.receipts import receipt_text

GB = 10**9
SEEN = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()
ALONE, WITH_VERSIONS = VersionsSettings(), VersionsSettings(keep="server")


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
    kept_facts.learn(profile, room=free, room_seen=SEEN)
    found = room.for_first_backup(profile, size)
    assert found
    assert found.fits is fits
    assert found.sentence.startswith("On Tuesday, 24 November 2026, the server had ")
    assert ("version" in found.sentence) is versions.are_kept
    assert room.for_first_backup(profile, 0) is None


def test_a_receipt_may_tell_of_it() -> None:
    profile = a_profile()
    assert receipt_text.parse(a_receipt(profile, [FINGERPRINT]), "amamac").room is None
    assert receipt_text.parse(a_receipt(profile, [FINGERPRINT], room="0"), "amamac").room == 0
    assert receipt_text.parse(a_receipt(profile, [FINGERPRINT], room="123456789012"), "amamac").room == 123456789012
    for hostile in ("-1", "1e9", "9" * 19, "٣", "none", "1\u202e2", "1 2"):
        with pytest.raises(Failure):
            receipt_text.parse(a_receipt(profile, [FINGERPRINT], room=hostile), "amamac")
