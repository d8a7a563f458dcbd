"""Messages, sent by the real apprise to a server on loopback; whatever goes wrong, nobody sees the address."""

from __future__ import annotations

import logging
import subprocess
import sys
import traceback
from typing import TYPE_CHECKING

import pytest

from tests.support import canary
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind
from wizard.schedule.alarms import messages

if TYPE_CHECKING:
    from tests.support.network.receiver import Receiver


def to(receiver: Receiver) -> str:
    return f"json://{receiver.place}/{canary.SECRET}"


def refused(address: str, *, to_all: bool = False) -> Kind:
    with pytest.raises(Failure) as failure:
        messages.send(Secret(address), "title", "text", to_all=to_all)
    assert canary.SECRET not in "".join(traceback.format_exception(failure.value)) + repr(vars(failure.value))
    return failure.value.kind


def test_a_message_arrives_as_it_is(receiver: Receiver) -> None:
    messages.send(Secret(to(receiver)), "Backup “amamac” <b>", "*Not* {bold} & \\n :smile:")
    assert receiver.asked == [f"POST /{canary.SECRET}"]
    assert receiver.messages == [("Backup “amamac” <b>", "*Not* {bold} & \\n :smile:")]


def test_what_can_t_be_sent_is_told_without_its_address(
    receiver: Receiver, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.status = 500
    assert refused(to(receiver)) is Kind.ALARM_NOT_SENT
    assert refused(f"json://127.0.0.1:1/{canary.SECRET}") is Kind.ALARM_NOT_SENT
    for address in (f"nothing://{canary.SECRET}", canary.SECRET, "", f"slack://{canary.SECRET}"):
        assert refused(address) is Kind.ALARM_ADDRESS
    assert (caplog.text, *capfd.readouterr()) == ("", "", "")


def test_of_several_addresses_one_is_enough_and_a_test_needs_all(receiver: Receiver) -> None:
    both = f"{to(receiver)} json://127.0.0.1:1/{canary.SECRET}"
    messages.send(Secret(both), "title", "text")
    assert refused(both, to_all=True) is Kind.ALARM_NOT_SENT
    assert len(receiver.messages) == 2


def test_where_apprise_is_not_installed_it_says_so(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    assert messages.is_installed()
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert not messages.is_installed()
    assert refused(to(receiver)) is Kind.APPRISE_MISSING


def test_nothing_of_it_is_imported_before_it_is_used() -> None:
    code = "import sys, wizard.commands.if_due, wizard.commands.schedule; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "wizard.schedule.notices" in loaded
    assert not {"apprise", "requests", "urllib.request", "http.client"} & {*loaded}
