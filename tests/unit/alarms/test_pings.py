"""Reports to a monitoring service, which is a server on loopback."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import pytest

from tests.support import canary
from wizard import trouble
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind
from wizard.schedule.alarms import pings

if TYPE_CHECKING:
    from tests.support.network.receiver import Receiver

CHECK = "/ping/0b6dcb4c-8f4a-4e53-9d4d-2f6d1f0c7e3a"


def failure(address: str, *, is_good: bool = True) -> Failure:
    with pytest.raises(Failure) as failed:
        pings.report(Secret(address), is_good=is_good)
    told = trouble.explain(failed.value).sentence + "".join(traceback.format_exception(failed.value))
    assert canary.SECRET not in told
    return failed.value


@pytest.mark.parametrize(
    ("address", "good", "bad"),
    [
        (CHECK, CHECK, f"{CHECK}/fail"),
        ("/ping/key/amamac/", "/ping/key/amamac/", "/ping/key/amamac/fail"),
        ("/ping/key/amamac?create=1", "/ping/key/amamac?create=1", "/ping/key/amamac/fail?create=1"),
        (
            "/api/push/token?status=up&msg=OK&ping=",
            "/api/push/token?status=up&msg=OK&ping=",
            "/api/push/token?status=down&msg=The+backup+failed",
        ),
        ("/api/push/token", "/api/push/token", "/api/push/token?status=down&msg=The+backup+failed"),
        ("/beats/amamac#top", "/beats/amamac", None),
    ],
)
def test_a_good_run_and_a_failed_one_are_reported(receiver: Receiver, address: str, good: str, bad: str | None) -> None:
    pings.report(Secret(f"http://{receiver.place}{address}"), is_good=True)
    pings.report(Secret(f"http://{receiver.place}{address}"), is_good=False)
    assert receiver.asked == [f"GET {path}" for path in (good, bad) if path]


def test_the_service_of_healthchecks_io_is_told_failures() -> None:
    asked = pings._failed(Secret("https://hc-ping.com/key/amamac"))
    assert asked
    assert asked.reveal() == "https://hc-ping.com/key/amamac/fail"
    assert pings._failed(Secret("https://hc-ping.com.example.net/key/amamac")) is None


def test_what_the_service_does_not_take_is_told_without_its_address(receiver: Receiver) -> None:
    receiver.status = 404
    told = failure(f"http://{receiver.place}/{canary.SECRET}")
    assert (told.kind, told.about) == (Kind.PING_NOT_TAKEN, "HTTP 404")
    assert failure(f"http://127.0.0.1:1/{canary.SECRET}").about == "no connection"
    assert failure(f"https://{receiver.place}/{canary.SECRET}").about == "no secure connection"


def test_nobody_is_led_elsewhere(receiver: Receiver) -> None:
    receiver.status, receiver.leads_to = 302, "/elsewhere"
    assert failure(f"http://{receiver.place}/{canary.SECRET}").about == "HTTP 302"
    assert receiver.asked == [f"GET /{canary.SECRET}"]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "hc-ping.com/x",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "https://",
        "https://amanda:secret@hc-ping.com/x",
        "https://hc-ping.com:port/x",
        "https://hc-ping.com/x y",
        "https://hc-ping.com/x\r\nHost: other",
        "https://[::1/x",
        "https://hc-ping.com/caf\xe9",
    ],
)
@pytest.mark.parametrize("is_good", [True, False])
def test_only_an_address_of_the_web_is_asked_for(address: str, is_good: bool) -> None:
    assert failure(address, is_good=is_good).kind is Kind.PING_ADDRESS
