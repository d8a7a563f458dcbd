"""What is said of a backup, by what is kept of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.support.commands import backup_wizard
from tests.support.data.profiles import a_profile
from wizard import backup_states
from wizard.backup_states import Action, State
from wizard.client import profile_lock
from wizard.client.rsync import Totals
from wizard.profile import Profile
from wizard.running import record
from wizard.running.record import Source
from wizard.storage import paths, profiles, state_files
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

NOW = datetime.now(UTC).replace(microsecond=0)
GOOD = {"last": NOW - timedelta(hours=3), "last_good": NOW - timedelta(hours=3)}
OLD = NOW - timedelta(days=8)


def _kept(step: Step = Step.FINISH, **run: Any) -> backup_states.BackupState:
    profile = a_profile() if step is not Step.SERVER else Profile(name="amamac", folders=("/home/amanda",))
    steps.record(Walk(profile, step, step))
    if run:
        place = f"{profile.server.account}:{profile.destination}"
        state_files.save("amamac", "last-run.json", record.Record(place=place, **run))
    return backup_states.of("amamac")


def _changed(**changes: Any) -> backup_states.BackupState:
    """The same backup, backed up once and changed since then."""
    profile = a_profile()
    record.note(profile, "done", since=NOW.timestamp(), sources={one: Source("/", False) for one in profile.folders})
    steps.record(Walk(msgspec.structs.replace(profile, **changes), Step.FINISH, Step.FINISH))
    return backup_states.of("amamac")


@pytest.mark.parametrize(
    ("step", "run", "state", "said"),
    [
        (Step.SERVER, {}, State.UNFINISHED, "Setup not finished. Continue at “Server”."),
        (Step.DRY_RUN, GOOD, State.UNFINISHED, "Continue at “Practice run”."),
        (Step.HAND_OVER, {}, State.WAITING, "Waiting for your admin."),
        (Step.FINISH, {}, State.READY, "Ready for the first backup."),
        (Step.FINISH, GOOD, State.READY, "Backed up. Last good backup: 3 hours ago ("),
        (Step.FINISH, {"last": OLD, "last_good": OLD}, State.STALE, "The last good backup is 8 days old. Back up now."),
        (Step.FINISH, GOOD | {"result": "unfinished"}, State.INTERRUPTED, "It stopped before it was finished"),
        (Step.FINISH, GOOD | {"result": "incomplete"}, State.INCOMPLETE, "skipped some files"),
        (Step.FINISH, GOOD | {"result": "failed", "why": "The disk is full."}, State.FAILED, "The disk is full."),
    ],
)
def test_each_state_is_told_apart_with_what_to_do(step: Step, run: dict[str, Any], state: State, said: str) -> None:
    found = _kept(step, **run)
    assert found.state is state
    assert said in found.sentence
    assert ("Last good backup: 3 hours ago" in found.sentence) is ("last_good" in run and state is not State.STALE)
    assert backup_wizard("list").stdout == f"amamac  {found.sentence}\n"
    (told,) = json.loads(backup_wizard("list", "--json").stdout)["backups"]
    assert (told["profile"], told["state"]) == ("amamac", state.value)
    assert told["stale"] is (state is State.STALE)
    good = run.get("last_good")
    assert told["last_good"] == (good.strftime("%Y-%m-%dT%H:%M:%SZ") if good else None)
    assert told["step"] == (None if step is Step.FINISH else step.value)
    assert f"{found.title}." in backup_wizard("show", "amamac").stdout


def test_a_backup_that_runs_elsewhere_is_no_interrupted_one() -> None:
    _kept(result="unfinished", last=NOW)
    hold = (
        "import sys; from wizard.client import profile_lock as p\nwith p.alone('amamac'): print(1, flush=True); input()"
    )
    argv = [sys.executable, "-c", hold]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ) as other:
        assert other.stdout
        other.stdout.readline()
        assert backup_states.of("amamac").state is State.RUNNING
        assert not backup_states.of("amamac").actions
        other.communicate(b"\n")
    assert backup_states.of("amamac").state is State.INTERRUPTED
    with profile_lock.alone("amamac"):  # looking has taken nothing away
        pass


@pytest.mark.parametrize("elsewhere", [{"host": "new.example.lan"}, {"root": "backup/new"}])
def test_where_nothing_was_ever_sent_no_backup_of_elsewhere_is_told(elsewhere: dict[str, str]) -> None:
    found = _changed(server=msgspec.structs.replace(a_profile().server, **elsewhere))
    assert (found.state, found.title, found.age) == (State.READY, "Ready for the first backup", "")
    (listed,) = backup_wizard("list", "--json").json["backups"]
    assert (listed["state"], listed["last_good"], listed["last_result"]) == ("ready", None, "done")
    assert backup_wizard("status", "--json").json["backups"][0]["last_good"] is None
    texts = [" ".join(backup_wizard(*words.split()).stdout.split()) for words in ("list", "status", "show amamac")]
    assert all("Ready for the first backup." in text for text in texts)
    assert "Last good backup: none yet." in texts[1]
    assert not [text for text in texts if "Backed up" in text or "Last good backup: 20" in text or "just now" in text]
    assert "Backed up. Last good backup: just now" in _changed().sentence


def test_a_folder_that_no_run_has_sent_is_told_until_one_has() -> None:
    folders = a_profile().folders
    found = _changed(folders=(*folders, "/home/amanda/Photos"))
    assert (found.state, found.advice) == (State.INCOMPLETE, "“Photos” isn't backed up yet.")
    for words in ("list", "status", "show amamac"):
        told = " ".join(backup_wizard(*words.split()).stdout.replace("#", "").split())
        assert "“Photos” isn't backed up yet." in told
        assert "Backed up" not in told
    assert backup_wizard("status", "--json").json["backups"][0]["last_good"]
    more = _changed(folders=(*folders, *(f"/home/amanda/{number}" for number in range(5))))
    assert more.advice == "“0”, “1”, “2” and 2 more aren't backed up yet."
    assert _changed(folders=tuple(f"{folder}/" for folder in folders)).state is State.READY
    record.note(a_profile(), "failed", why="The disk is full.")
    assert backup_states.of("amamac").advice == "The disk is full."


def test_of_a_record_that_names_no_folders_nothing_is_told_of_them() -> None:
    found = _kept(Step.FINISH, **GOOD)
    assert (found.state, found.advice) == (State.READY, "")


def test_only_what_can_be_done_is_offered() -> None:
    assert _kept(Step.SERVER).actions == (Action.CONTINUE, Action.RENAME, Action.FORGET)
    assert _kept(Step.HAND_OVER).actions == (Action.MESSAGE, Action.CHANGE, Action.FORGET)
    assert _kept(Step.FINISH).actions[0] is Action.BACK_UP
    kept = paths.profile("amamac")
    kept.write_text(kept.read_text().replace('root = "backup"', 'root = ".ssh"'))
    broken = backup_states.of("amamac")
    assert (broken.state, broken.actions) == (State.UNREADABLE, (Action.FORGET,))
    assert "server.root" in broken.advice


def test_a_name_stays_once_the_server_s_admin_may_know_it() -> None:
    assert _kept(Step.SERVER).may_be_renamed
    handed_over = _kept(Step.HAND_OVER)
    assert handed_over.walk
    assert "called “amamac”, so its name can't change" in backup_states.why_not_renamed(
        handed_over.walk, handed_over.runs
    )
    assert not _kept(Step.FOLDERS, last=NOW).may_be_renamed


def test_what_made_a_run_fail_is_kept_until_the_next_one() -> None:
    profile = a_profile()
    record.note(profile, "done", entries=Totals().files)
    record.note(profile, "failed", why="The disk is full.")
    kept = record.read("amamac")
    assert (kept.result, kept.why) == ("failed", "The disk is full.")
    assert kept.last_good
    record.note(profile, "unfinished")
    assert record.read("amamac").why == ""
    assert profiles.names() == []
