"""The admin has put in another line than they were sent: there is a text that says so, and a way on afterwards."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.screens.at_the_server import Place, arrive
from tests.support.pilot import at, said, until, wizard_at
from wizard.client.keys import key_files, protected_key
from wizard.storage import profiles
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from textual.pilot import Pilot

    from tests.support.servers.real_sshd import RealSshd

    Wrong = Callable[[Place], str]

LET_IN = "The server accepts this computer."


def for_another_folder(place: Place) -> str:
    """The folder is there, and empty."""
    return _for_root(place, "elsewhere", is_there=True)


def for_a_missing_folder(place: Place) -> str:
    """As it is where the admin puts in the line and makes no folder."""
    Path(place.profile.destination).rmdir()
    return place.text()


def without_a_lock(place: Place) -> str:
    """The key alone."""
    return place.weakened()


def that_may_read(place: Place) -> str:
    """As it was before the person chose otherwise."""
    scheme = msgspec.structs.replace(place.profile.scheme, write_only=False)
    return place.text(profile=msgspec.structs.replace(place.profile, scheme=scheme))


SHOWN_AT_THE_HAND_OVER = [
    ("rrsync", for_another_folder),
    ("rrsync", for_a_missing_folder),
    ("forced-command", for_another_folder),
    ("forced-command", for_a_missing_folder),
    ("forced-command", without_a_lock),
]
SHOWN_AT_THE_SECURITY_CHECK = [("rrsync", that_may_read), ("rrsync", without_a_lock)]


def _cases(wrong: Sequence[tuple[str, Wrong]]) -> Iterator[Any]:
    for number, (kind, line) in enumerate(wrong):
        is_first = number % 2 == 0  # sshd takes the first line with a key
        told = "above the right one" if is_first else "alone"
        marks = [] if number < 2 else [pytest.mark.every_case]
        said = f"{kind}, a line {line.__name__.replace('_', ' ')}, {told}"
        yield pytest.param(kind, line, is_first, id=said, marks=marks)


@pytest.mark.parametrize(("kind", "line", "is_first"), _cases(SHOWN_AT_THE_HAND_OVER))
async def test_the_hand_over_shows_what_to_send(
    kind: str, line: Wrong, is_first: bool, sshd: RealSshd, sample_folder: Path
) -> None:
    place = _arrive(sshd, sample_folder, kind)
    place.let_in(line(place) + (place.text() if is_first else ""))
    async with wizard_at(place.profile, Step.HAND_OVER, server_facts=place.facts) as pilot:
        sent = await _copied(pilot, "f6")
        if line is for_a_missing_folder:
            assert place.profile.destination.rstrip("/") in sent
        else:
            assert _line(place) in sent.splitlines()
            assert "No other line may contain this key" in sent
        await pilot.press("ctrl+s")
        looks = _sign_ins(place)
        await until(pilot, lambda: _sign_ins(place) > looks + 1)
        assert pilot.app.screen.query(".trouble-forward")
        _mend(place)
        await until(pilot, lambda: LET_IN in said(pilot))
        assert not pilot.app.screen.query(".trouble-forward")
        assert pilot.app.screen.query_one("ExportPane").display
        await pilot.press("ctrl+s")
        await until(pilot, lambda: at(pilot) == Step.SECURITY_CHECK)


@pytest.mark.parametrize(("kind", "line", "is_first"), _cases(SHOWN_AT_THE_SECURITY_CHECK))
async def test_the_security_check_shows_what_to_send(
    kind: str, line: Wrong, is_first: bool, sshd: RealSshd, sample_folder: Path
) -> None:
    place = _arrive(sshd, sample_folder, kind)
    place.let_in(line(place) + (place.text() if is_first else ""))
    async with wizard_at(place.profile, Step.SECURITY_CHECK, server_facts=place.facts) as pilot:
        sent = await _copied(pilot, "f6")
        assert _line(place) in sent.splitlines()
        assert "No other line may contain this key" in sent
        await pilot.press("ctrl+s")
        await until(pilot, lambda: pilot.app.screen.query("#no"))
        await pilot.press("escape")
        assert pilot.app.screen.query(".trouble-forward")
        _mend(place)
        await pilot.press("r")
        await until(pilot, lambda: "Locked: " in said(pilot))


async def test_a_folder_that_goes_missing_before_the_security_check_is_told_with_what_to_send(
    sshd: RealSshd, sample_folder: Path
) -> None:
    place = _arrive(sshd, sample_folder, "rrsync")
    place.let_in(for_a_missing_folder(place))
    async with wizard_at(place.profile, Step.SECURITY_CHECK, server_facts=place.facts) as pilot:
        assert place.profile.destination.rstrip("/") in await _copied(pilot, "f6")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: pilot.app.screen.query(".trouble-forward"))
        assert at(pilot) == Step.SECURITY_CHECK
        _mend(place)
        await pilot.press("r")
        await until(pilot, lambda: "Locked: " in said(pilot))


async def test_another_key_in_our_line_is_refused_and_its_cause_can_be_sent(
    sshd: RealSshd, sample_folder: Path
) -> None:
    place = _arrive(sshd, sample_folder, "rrsync")
    anothers = msgspec.structs.replace(place.profile, key=msgspec.structs.replace(place.profile.key, file="~/.ssh/b"))
    protected_key.ensure(anothers)
    place.let_in(place.text().replace(_key(place.profile.key_path), _key(anothers.key_path)))
    async with wizard_at(place.profile, Step.HAND_OVER, server_facts=place.facts) as pilot:
        await until(pilot, lambda: pilot.app.screen.query("#done") and pilot.app.screen.query_one("#done").display)
        await pilot.click("#done")
        sent = await _copied(pilot, "f6")
        assert _key(place.profile.key_path) in sent
        assert "It changes nothing" in sent
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert pilot.app.screen.query(".trouble-forward")
        _mend(place)
        await until(pilot, lambda: LET_IN in said(pilot))


async def test_our_key_under_another_account_is_refused_and_its_account_can_be_sent(
    sshd: RealSshd, sample_folder: Path
) -> None:
    place = _arrive(sshd, sample_folder, "rrsync")
    anothers = sshd.authorized_keys.with_name("authorized_keys of bob")
    anothers.write_text(place.text())
    place.shut_out()
    async with wizard_at(place.profile, Step.HAND_OVER, server_facts=place.facts) as pilot:
        await until(pilot, lambda: pilot.app.screen.query("#done") and pilot.app.screen.query_one("#done").display)
        await pilot.click("#done")
        sent = await _copied(pilot, "f6")
        assert sent.startswith(f"The server {sshd.host} still refuses my key for {sshd.user}.")
        assert _key(place.profile.key_path) in sent
        assert "has my key. It belongs to the account" in sent
        anothers.rename(sshd.authorized_keys)
        await until(pilot, lambda: LET_IN in said(pilot))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: at(pilot) == Step.SECURITY_CHECK)


def _arrive(sshd: RealSshd, folder: Path, kind: str) -> Place:
    place = arrive(sshd, folder)
    scheme = msgspec.structs.replace(place.profile.scheme, kind=kind)
    place = dataclasses.replace(place, profile=msgspec.structs.replace(place.profile, scheme=scheme))
    profiles.save(place.profile)
    return place


def _mend(place: Place) -> None:
    Path(place.profile.destination).mkdir(mode=0o700, exist_ok=True)
    place.let_in()


def _for_root(place: Place, root: str, *, is_there: bool) -> str:
    other = place.sshd.folder / root
    if is_there:
        (other / place.profile.name).mkdir(mode=0o700, parents=True)
    server = msgspec.structs.replace(place.profile.server, root=str(other))
    return place.text(profile=msgspec.structs.replace(place.profile, server=server))


def _sign_ins(place: Place) -> int:
    return place.sshd.log().count("Accepted publickey")


async def _copied(pilot: Pilot[int], key: str) -> str:
    """What is to be sent to the admin, once it is there, as it is copied."""
    await until(pilot, lambda: pilot.app.screen.query(".trouble-forward"))
    await pilot.press(key)
    await until(pilot, lambda: pilot.app.clipboard)
    return pilot.app.clipboard


def _line(place: Place) -> str:
    return next(line for line in place.text().splitlines() if line.startswith("restrict,"))


def _key(path: Path) -> str:
    return key_files.public_line(path).split()[1]
