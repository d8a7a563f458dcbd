"""Everything that a scheme must refuse is tried by a probe, or is said to be untestable."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from wizard import schemes
from wizard.profile import SchemeSettings
from wizard.schemes.security_checks import UNTESTABLE
from wizard.server import locks

if TYPE_CHECKING:
    from wizard.schemes.base import Scheme


@pytest.mark.parametrize("scheme", schemes.SCHEMES, ids=lambda scheme: scheme.kind)
def test_everything_that_must_be_refused_has_a_probe(scheme: Scheme) -> None:
    named = set()
    for write_only, allow_delete, append_only in product((True, False), repeat=3):
        settings = SchemeSettings(
            kind=scheme.kind,
            write_only=write_only,
            allow_delete=allow_delete,
            append_only=append_only,
            from_=("192.0.2.7",),
        )
        named |= {one.id for one in scheme.security_checks(a_profile(scheme=settings))}
    assert named - locks.probes().keys() <= UNTESTABLE
