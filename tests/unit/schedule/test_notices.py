"""What the person is told on the desktop, seen by a stand-in for it on a real session bus."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.support.data.profiles import a_profile
from tests.unit.schedule.desktop_there import Desktop, desktop
from wizard import trouble
from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind
from wizard.profile import Schedule
from wizard.running import record
from wizard.schedule import desktop as product
from wizard.schedule import notices, waiting
from wizard.schedule.alarms import channels
from wizard.storage import paths, state_files
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.network.receiver import Receiver
    from wizard.trouble import Trouble

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
PROFILE = a_profile(schedule=Schedule(every="daily", warn_after_days=3))
NOTHING_TO_MEND = Kind.SERVER_BUSY


@pytest.fixture
def shown(session_bus: str) -> Iterator[Desktop]:
    steps.record(Walk(PROFILE, Step.FINISH, Step.FINISH))
    with desktop(session_bus) as there:
        yield there


def good(ago: timedelta) -> None:
    when = NOW - ago
    keep(last=when, last_good=when)


def keep(**run: Any) -> None:
    place = f"{PROFILE.server.account}:{PROFILE.destination}"
    state_files.save("amamac", "last-run.json", record.Record(place=place, **run))


def failed(kind: Kind) -> Trouble:
    return trouble.explain(Failure(kind, "x"), PROFILE)


def titles(there: Desktop) -> list[str]:
    return [title for title, _ in there.shown]


def test_a_good_backup_is_told_to_nobody(shown: Desktop) -> None:
    good(DAY)
    notices.after_run(PROFILE)
    notices.after_run(PROFILE, failed(NOTHING_TO_MEND))
    assert shown.shown == []


def test_one_that_is_too_old_is_told_every_other_day_and_once_it_is_good_again(shown: Desktop) -> None:
    good(4 * DAY)
    for hours in (0, 1, 47, 48, 49, 95):
        notices.after_run(PROFILE, failed(NOTHING_TO_MEND), NOW + timedelta(hours=hours))
    assert titles(shown) == ["Backup “amamac” is too old"] * 2
    assert shown.shown[0][1] == "The last good backup is 4 days old. Open backup-wizard to see why, and what to do."
    good(-3 * DAY)
    for _ in range(2):
        notices.after_run(PROFILE, None, NOW + 3 * DAY)
    assert titles(shown)[2:] == ["Backup “amamac” works again"]


def test_it_says_what_it_waits_for_and_tells_of_one_that_never_worked(shown: Desktop) -> None:
    moment = (NOW - 4 * DAY).timestamp()
    os.utime(paths.walk_state("amamac") / "step", (moment, moment))
    waiting.note("amamac", "keyring")
    notices.after_run(PROFILE)
    ((_, text),) = shown.shown
    assert text.startswith("No backup has worked yet. Waiting until you unlock your keyring (since 20")


def test_where_nothing_was_ever_sent_a_backup_of_elsewhere_is_none(shown: Desktop) -> None:
    good(4 * DAY)
    moved = replace(PROFILE, server=replace(PROFILE.server, host="new.example.lan"))
    steps.record(Walk(moved, Step.FINISH, Step.FINISH))
    notices.after_run(moved, None, NOW + 2 * DAY)
    assert shown.shown == []
    steps.record(Walk(moved, Step.HAND_OVER, Step.HAND_OVER))  # the move isn't finished, so nothing else is made
    notices.after_run(moved, None, NOW)
    ((_, text),) = shown.shown
    assert text.startswith("The last good backup is 4 days old.")
    steps.record(Walk(moved, Step.FINISH, Step.FINISH))
    notices.after_run(moved, None, NOW + 4 * DAY)
    assert shown.shown[1][1].startswith("No backup has worked yet.")


def test_a_failure_is_told_at_once_if_a_person_has_to_act_and_once(shown: Desktop) -> None:
    good(DAY)
    for _ in range(3):
        notices.after_run(PROFILE, failed(Kind.NO_RSYNC), NOW)
    notices.after_run(PROFILE, None, NOW)  # put off meanwhile, which makes nothing good again
    assert titles(shown) == ["Backup “amamac” needs attention"]
    assert "You can fix this." in shown.shown[0][1]
    notices.after_run(PROFILE, failed(Kind.KEY_NO_LONGER_ACCEPTED), NOW)  # another one
    notices.after_run(PROFILE, failed(Kind.KEY_NO_LONGER_ACCEPTED), NOW + 2 * DAY)
    assert titles(shown)[1:] == ["Backup “amamac” needs attention"] * 2
    good(-2 * DAY)
    notices.after_run(PROFILE, None, NOW + 2 * DAY)
    assert titles(shown)[3:] == ["Backup “amamac” works again"]


def test_that_files_are_skipped_is_told_once_until_they_are_not(shown: Desktop) -> None:
    for result, unread in (("done", 3), ("done", 1), ("done", 2)):
        keep(last=NOW, last_good=NOW, result=result, unread=unread)
        notices.after_run(PROFILE, None, NOW)
    assert shown.shown == [
        ("Backup “amamac” skips some files", "3 files can't be read. Open backup-wizard to see which, and what to do.")
    ]
    good(-DAY)
    notices.after_run(PROFILE, None, NOW + DAY)
    assert titles(shown)[1:] == ["Backup “amamac” works again"]
    keep(last=NOW, last_good=NOW, result="incomplete")
    notices.after_run(PROFILE, None, NOW + DAY)
    assert shown.shown[2][1] == "Some files can't be backed up. Open backup-wizard to see which, and what to do."
    notices.after_run(PROFILE, None, NOW + 4 * DAY)
    assert titles(shown)[3:] == ["Backup “amamac” is too old"]


def test_that_more_files_are_skipped_is_told_again(shown: Desktop) -> None:
    def run(result: record.LastResult, unread: int) -> int:
        keep(last=NOW, last_good=NOW, result=result, unread=unread)
        notices.after_run(PROFILE, None, NOW)
        return len(shown.shown)

    assert [run("done", 1), run("done", 5000), run("done", 4000)] == [1, 2, 2]
    assert [run("incomplete", 0), run("incomplete", 0), run("done", 1), run("incomplete", 5001)] == [3, 3, 3, 4]
    assert shown.shown[1][1].startswith("5,000 files can't be read.")
    assert shown.shown[2][1].startswith("Some files can't be backed up.")


def test_what_an_earlier_version_told_of_skipped_files_is_told_with_their_number(shown: Desktop) -> None:
    state_files.save("amamac", "notices.json", {"failed": NOW.isoformat(), "trouble": "skipped"})
    keep(last=NOW, last_good=NOW, unread=2)
    for _ in range(2):
        notices.after_run(PROFILE, None, NOW)
    assert len(shown.shown) == 1


def test_what_a_check_found_open_is_shown_and_sent(
    shown: Desktop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = failed(Kind.LOCK_OPEN)
    notices.of_check(PROFILE, found)
    assert (len(shown.shown), receiver.messages) == (1, [])
    monkeypatch.setattr(channels, "_fetch", lambda *_: Secret(f"json://{receiver.place}/"))
    notices.of_check(replace(PROFILE, schedule=replace(PROFILE.schedule, alarm=True)), found)
    assert titles(shown) == ["Backup “amamac” needs attention"] * 2
    assert receiver.messages == shown.shown[1:]


def test_a_message_and_the_desktop_each_keep_what_they_told(
    shown: Desktop, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = replace(PROFILE, schedule=replace(PROFILE.schedule, alarm=True))
    address = Secret(f"json://{receiver.place}/")
    monkeypatch.setattr(channels, "_fetch", lambda *_: address)
    good(4 * DAY)
    receiver.status = 500
    for _ in range(2):
        with pytest.raises(Failure) as failure:
            notices.after_run(profile, None, NOW)
        assert failure.value.kind is Kind.ALARM_NOT_SENT
    assert (titles(shown), receiver.titles()) == (["Backup “amamac” is too old"], ["Backup “amamac” is too old"] * 2)
    receiver.status, shown.refuses = 200, True
    for days in (0, 1, 2):
        notices.after_run(profile, None, NOW + days * DAY)
    assert len(shown.shown) == 1
    assert receiver.messages[2:] == [shown.shown[0], (shown.shown[0][0], shown.shown[0][1].replace("4", "6"))]
    shown.refuses = False
    good(-3 * DAY)
    for _ in range(2):
        notices.after_run(profile, None, NOW + 3 * DAY)
    assert titles(shown)[1:] == receiver.titles()[4:] == ["Backup “amamac” works again"]
    notices.of_check(profile, failed(Kind.LOCK_OPEN))
    assert shown.shown[2:] == receiver.messages[5:]
    assert titles(shown)[2:] == ["Backup “amamac” needs attention"]


@pytest.mark.parametrize("why", ["refuses", "nobody", "no bus", "dead bus"])
def test_what_no_desktop_has_taken_is_told_later(why: str, session_bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps.record(Walk(PROFILE, Step.FINISH, Step.FINISH))
    good(4 * DAY)
    if why == "refuses":
        with desktop(session_bus) as there:
            there.refuses = True
            notices.after_run(PROFILE)
    else:
        address = {"no bus": "", "dead bus": "unix:path=/nonexistent", "nobody": session_bus}[why]
        with monkeypatch.context() as changed:
            changed.setenv("DBUS_SESSION_BUS_ADDRESS", address)
            if why == "no bus":
                changed.setenv("XDG_RUNTIME_DIR", "/nonexistent")
            notices.after_run(PROFILE)
    with desktop(session_bus) as there:
        notices.after_run(PROFILE)
        assert titles(there) == ["Backup “amamac” is too old"]


def test_the_bus_of_the_person_s_sign_in_is_found_where_cron_names_none(
    shown: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    assert product.show("title", "text")
    assert shown.shown == [("title", "text")]


def test_nothing_in_a_text_is_an_order_to_the_desktop(session_bus: str) -> None:
    with desktop(session_bus, "body-markup") as there:
        assert product.show("<b>", "<a href='x'>&</a>")
        assert there.shown == [("<b>", "&lt;a href='x'&gt;&amp;&lt;/a&gt;")]


def test_a_mac_gets_the_texts_as_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def run(argv: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        ran.append(argv)
        return subprocess.CompletedProcess(argv, 0)

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(subprocess, "run", run)
    assert product.show("a title", '" & (do shell script "x")')
    assert ran[0][-2:] == ["a title", '" & (do shell script "x")']
    assert "do shell script" not in " ".join(ran[0][:-1])


def test_what_was_kept_and_can_t_be_read_is_told_anew(shown: Desktop) -> None:
    good(4 * DAY)
    notices.after_run(PROFILE, None, NOW)
    (paths.walk_state("amamac") / "notices.json").write_text("[")
    notices.after_run(PROFILE, None, NOW)
    assert titles(shown) == ["Backup “amamac” is too old"] * 2
