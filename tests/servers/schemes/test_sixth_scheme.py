"""A sixth scheme, registered as CONTRIBUTING says and known to nothing else, goes the whole way."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast, get_args

import msgspec

from tests.support.data.trees import tree
from tests.support.servers import placing
from tests.support.servers.office import Office
from wizard import profile as profiles
from wizard import schemes
from wizard.running import report
from wizard.schemes import choosing
from wizard.schemes.facts import ServerFacts
from wizard.schemes.rrsync import Rrsync
from wizard.server import exports, locks
from wizard.server.reaching import sign_in
from wizard.walk import steps

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from wizard.profile import Profile, SchemeKind

SIXTH = cast("SchemeKind", "sixth")


class Sixth(Rrsync):
    """rrsync under another name."""

    kind: ClassVar[SchemeKind] = SIXTH


def test_every_word_of_the_profile_file_has_a_scheme_and_the_other_way_round() -> None:
    assert sorted(get_args(profiles.SchemeKind)) == sorted(scheme.kind for scheme in schemes.SCHEMES)


async def test_a_sixth_scheme_goes_the_whole_way(
    tmp_path: Path, sample_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "office"
    place.mkdir()
    with Office(place) as office:
        office.start_sshd()
        profile = _of_the_sixth(placing.profile_for(office, "rrsync", sample_folder))
        monkeypatch.setattr(schemes, "SCHEMES", (*schemes.SCHEMES, Sixth()))
        admitted = placing.settle(office, profile)
        offers = choosing.offers(profile, admitted.facts, ServerFacts())
        assert [one.fit.possible for one in offers if one.scheme.kind == SIXTH] == [True]
        assert steps.applicable(profile) == list(steps.Step)
        for offered in exports.formats(profile, admitted.facts):
            assert exports.export(profile, admitted.facts, offered.name)
        await sign_in.attempt(profile, admitted)
        assert locks.verdict([found async for found in locks.check(profile, admitted)]) == "locked"
        before = tree(office.path(placing.ROOT))
        await report.dry_run(profile, admitted)
        assert tree(office.path(placing.ROOT)) == before
        assert (await report.backup(profile, admitted)).totals.new > 10


def _of_the_sixth(profile: Profile) -> Profile:
    return msgspec.structs.replace(profile, scheme=msgspec.structs.replace(profile.scheme, kind=SIXTH))
