"""A receipt that says the admin has locked this computer out, and what the person is told from then on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.support.data.profiles import a_profile
from tests.support.data.receipts import a_receipt
from wizard import trouble
from wizard.failure import Failure, Kind
from wizard.server import kept_facts
from wizard.server.receipts import receipt_text
from wizard.text import display

if TYPE_CHECKING:
    from collections.abc import Callable

MOMENT = 1_796_000_000


def test_it_is_told_until_the_server_lets_it_in_or_a_later_receipt_says_nothing_of_it() -> None:
    profile = a_profile()
    refused = [Failure(kind) for kind in (Kind.KEY_REFUSED, Kind.DAEMON_REFUSED, Kind.WAITING_FOR_ADMIN)]
    taking_back: list[Callable[[], None]] = [
        lambda: kept_facts.note_let_in(profile),
        lambda: kept_facts.note_locked_out(profile, 0),
    ]
    for take_back in taking_back:
        kept_facts.note_let_in(profile)
        kept_facts.note_locked_out(profile, MOMENT)
        for failure in refused:
            told = trouble.explain(failure, profile)
            assert told.kind is Kind.LOCKED_OUT
            assert display.day(datetime.fromtimestamp(MOMENT, UTC)) in told.what
            assert "--readmit amamac" in told.forward
        assert trouble.explain(Failure(Kind.TIMED_OUT), profile).kind is Kind.TIMED_OUT
        take_back()
        assert not [one for one in refused if trouble.explain(one, profile).kind is Kind.LOCKED_OUT]


@pytest.mark.parametrize("value", ["", "yes", "-1", "1" * 12, "1 000", "١"])
def test_a_time_that_is_none_is_refused(value: str) -> None:
    text = a_receipt(a_profile(), ["SHA256:" + "a" * 43])
    assert receipt_text.parse(text, "amamac").revoked == 0
    line = "\nrevoked: {}\nopenssh: "
    assert receipt_text.parse(text.replace("\nopenssh: ", line.format(MOMENT)), "amamac").revoked == MOMENT
    with pytest.raises(Failure) as refused:
        receipt_text.parse(text.replace("\nopenssh: ", line.format(value)), "amamac")
    assert refused.value.kind is Kind.BAD_RECEIPT
