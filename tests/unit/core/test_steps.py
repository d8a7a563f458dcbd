"""The walk: its order, its way back, its jumps and where it goes on after it was left."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.support.data.profiles import FINGERPRINT, a_profile
from wizard.client.host_keys.known_hosts import HostKey
from wizard.profile import Key, Profile, Schedule, SchemeSettings, Server, VersionsSettings
from wizard.schemes.facts import ClientFacts
from wizard.server import handed_over
from wizard.server.reaching import shown_keys
from wizard.storage import paths
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

DAEMON = SchemeSettings(kind="daemon", module="amanda")


def _finished(profile: Profile) -> Walk:
    return Walk(profile, Step.FINISH, Step.FINISH)


def test_the_steps_come_in_the_order_of_the_design() -> None:
    first = ["welcome", "folders", "server", "fingerprint", "scheme", "versions", "key"]
    assert steps.applicable(a_profile()) == [*first, "hand-over", "security-check", "dry-run", "schedule", "finish"]


def test_a_scheme_without_ssh_has_no_key_and_no_fingerprint() -> None:
    left_out = set(Step) - set(steps.applicable(a_profile(scheme=DAEMON)))
    assert left_out == {Step.FINGERPRINT, Step.KEY}


@pytest.mark.parametrize(
    ("profile", "key"),
    [
        (Profile(name="a"), "folders"),
        (Profile(name="a", folders=("/x",)), "server.host"),
        (Profile(name="a", folders=("/x",), server=Server(host="h")), "server.user"),
        (Profile(name="a", folders=("/x",), server=Server(host="h", user="u")), ""),
        (Profile(name="a", folders=("/x",), server=Server(host="h", user="u"), scheme=DAEMON), ""),
        (a_profile(), ""),
    ],
)
def test_the_first_undecided_setting_is_named(profile: Profile, key: str) -> None:
    assert steps.undecided(profile) == key


def test_going_forward_visits_every_step_once_and_stops_at_the_last() -> None:
    walk, visited = steps.begin(a_profile()), []
    for _ in Step:
        visited.append(walk.step)
        walk = steps.forward(walk, walk.profile)
    assert visited == list(Step)
    assert walk.step is Step.FINISH


def test_a_change_to_ssh_goes_back_for_the_fingerprint_that_was_passed_over() -> None:
    server = Server(host="h", user="amanda")
    without_ssh = a_profile(server=server, scheme=DAEMON)
    walk = steps.forward(Walk(without_ssh, Step.SCHEME, Step.HAND_OVER), a_profile(server=server))
    assert (walk.step, walk.reached) == (Step.FINGERPRINT, Step.FINGERPRINT)
    walk = steps.forward(walk, replace(walk.profile, server=replace(server, host_keys=(FINGERPRINT,))))
    assert walk.step is Step.SCHEME


def test_going_back_visits_every_step_and_forgets_nothing() -> None:
    walk, visited = _finished(a_profile()), []
    for _ in Step:
        visited.append(walk.step)
        walk = steps.back(walk)
    assert visited == list(reversed(Step))
    assert walk == Walk(a_profile(), Step.WELCOME, Step.FINISH)


def test_a_jump_goes_to_reached_steps_only() -> None:
    walk = Walk(a_profile(), Step.KEY, Step.HAND_OVER)
    assert steps.jump(walk, Step.HAND_OVER).step is Step.HAND_OVER
    assert steps.jump(walk, Step.FOLDERS).step is Step.FOLDERS
    assert steps.jump(walk, Step.SECURITY_CHECK) == walk
    assert not steps.can_jump(Walk(a_profile(scheme=DAEMON), Step.FINISH, Step.FINISH), Step.KEY)


@pytest.mark.parametrize(
    ("step", "changed", "reached"),
    [
        (
            Step.SERVER,
            {"server": Server(host="other.example.lan", user="amanda", host_keys=(FINGERPRINT,))},
            "hand-over",
        ),
        (Step.SERVER, {"server": Server(host="other.example.lan", user="amanda")}, "fingerprint"),
        (Step.SCHEME, {"scheme": SchemeSettings(write_only=False)}, "hand-over"),
        (Step.VERSIONS, {"versions": VersionsSettings(keep="server")}, "hand-over"),
        (Step.VERSIONS, {"versions": VersionsSettings(daily=14)}, "dry-run"),
        (Step.KEY, {"key": Key(file="~/.ssh/other")}, "hand-over"),
        (Step.KEY, {"key": Key(protection="ask")}, "dry-run"),
        (Step.FOLDERS, {"delete": True, "scheme": SchemeSettings(allow_delete=True)}, "hand-over"),
        (Step.FOLDERS, {"folders": ("/home/amanda/Pictures",)}, "dry-run"),
        (Step.FOLDERS, {"exclude": ()}, "dry-run"),
        (Step.FOLDERS, {"folders": ()}, "folders"),
        (Step.FOLDERS, {}, "finish"),
        (Step.SCHEDULE, {"schedule": Schedule(every="daily")}, "finish"),
    ],
    ids=[
        "server",
        "unconfirmed server",
        "scheme",
        "versions",
        "of versions that nobody keeps",
        "key",
        "protection",
        "deleting",
        "folders",
        "excludes",
        "no folders",
        "nothing",
        "schedule",
    ],
)
def test_a_change_lowers_what_was_reached_to_what_is_still_true(
    step: Step, changed: dict[str, object], reached: str
) -> None:
    walk = Walk(a_profile(), step, Step.FINISH)
    decided = replace(walk.profile, **changed)
    after = steps.forward(walk, decided)
    order = list(Step)
    following = order[order.index(step) + 1]
    assert after.profile == decided
    assert after.step is following
    assert after.reached is max(following, Step(reached), key=order.index)


def test_another_schedule_makes_nothing_untrue() -> None:
    walk = Walk(a_profile(), Step.SCHEDULE, Step.FINISH)
    assert steps.again(walk, replace(walk.profile, schedule=Schedule(every="daily"))).reached is Step.FINISH


def test_changing_to_a_scheme_without_ssh_keeps_the_walk_within_its_steps() -> None:
    walk = Walk(a_profile(), Step.SCHEME, Step.KEY)
    after = steps.forward(walk, a_profile(scheme=DAEMON))
    assert steps.forward(after, after.profile).step is Step.HAND_OVER
    assert after.reached in steps.applicable(after.profile)


def test_changing_back_to_ssh_asks_for_the_key_before_anything_is_handed_over() -> None:
    walk = Walk(a_profile(scheme=DAEMON, server=Server(host="h", user="u")), Step.SCHEME, Step.FINISH)
    after = steps.forward(walk, a_profile(server=Server(host="h", user="u")))
    assert not steps.can_jump(after, Step.HAND_OVER)


@pytest.mark.parametrize("step", Step)
def test_a_walk_goes_on_at_the_step_it_had_reached(step: Step) -> None:
    steps.record(Walk(a_profile(), Step.WELCOME, step))
    assert steps.begin(a_profile()) == Walk(a_profile(), step, step)


def test_recording_saves_the_profile_too() -> None:
    steps.record(Walk(a_profile()))
    assert paths.profile("amamac").exists()


@pytest.mark.parametrize("note", ["", "beyond\n", "finish finish", "\xff", "FINISH"])
def test_a_foreign_note_starts_the_walk_over(note: str) -> None:
    paths.walk_state("amamac").mkdir(parents=True)
    (paths.walk_state("amamac") / "step").write_bytes(note.encode("latin-1"))
    assert steps.begin(a_profile()).step is Step.WELCOME


def test_a_walk_never_goes_on_past_what_is_undecided() -> None:
    lacking = a_profile(server=Server(host="files.example.lan", user="amanda"))
    steps.record(Walk(a_profile(), Step.FINISH, Step.FINISH))
    assert steps.begin(lacking).step is Step.FINGERPRINT
    assert steps.begin(Profile(name="amamac")).step is Step.FOLDERS


def test_a_server_that_was_only_seen_leads_to_the_hand_over_and_no_further() -> None:
    unverified = a_profile(server=Server(host="files.example.lan", user="amanda"))
    shown_keys.keep(unverified, [HostKey("ssh-ed25519", "AAAA")])
    steps.record(Walk(unverified, Step.FINISH, Step.FINISH))
    assert steps.begin(unverified).step is Step.HAND_OVER
    walk = steps.forward(Walk(unverified, Step.HAND_OVER, Step.HAND_OVER), unverified)
    assert not steps.can_jump(steps.back(walk), Step.DRY_RUN)
    elsewhere = replace(unverified, server=replace(unverified.server, port=2222))
    assert steps.begin(elsewhere).step is Step.FINGERPRINT


def test_a_step_that_no_longer_applies_is_not_gone_on_at() -> None:
    steps.record(Walk(a_profile(), Step.KEY, Step.KEY))
    keyless = a_profile(scheme=DAEMON)
    assert steps.begin(keyless).step in steps.applicable(keyless)


@pytest.mark.parametrize(
    ("step", "changed", "visited"),
    [
        (Step.FOLDERS, {}, ["finish"]),
        (Step.FOLDERS, {"exclude": ("*.iso",)}, ["dry-run", "finish"]),
        (
            Step.SCHEME,
            {"scheme": SchemeSettings(write_only=False)},
            ["hand-over", "security-check", "dry-run", "finish"],
        ),
        (Step.SECURITY_CHECK, {}, ["finish"]),
        (Step.SCHEDULE, {"schedule": Schedule(every="hourly")}, ["finish"]),
    ],
    ids=["nothing", "excludes", "scheme", "repeated", "schedule"],
)
def test_a_change_leads_through_what_it_concerns_alone(
    step: Step, changed: dict[str, object], visited: list[str]
) -> None:
    walk = steps.jump(_finished(a_profile()), step)
    walk = steps.forward(walk, replace(walk.profile, **changed))
    seen = [walk.step]
    while walk.step is not Step.FINISH:
        walk = steps.forward(walk, walk.profile)
        seen.append(walk.step)
    assert seen == visited
    assert walk.changes is None


def test_a_change_before_all_was_decided_leads_past_the_schedule_too() -> None:
    walk = steps.change(Walk(a_profile(), Step.HAND_OVER, Step.HAND_OVER), Step.FOLDERS)
    seen = []
    while walk.step is not Step.FINISH:
        walk = steps.forward(walk, walk.profile)
        seen.append(walk.step)
    assert seen == ["hand-over", "security-check", "dry-run", "schedule", "finish"]
    assert (walk.changes, walk.was_finished) == (None, False)


def test_what_rsync_would_ask_for_decides_where_the_server_s_line_holds_it() -> None:
    profile = a_profile(scheme=SchemeSettings(kind="forced-command"))
    walk = steps.jump(_finished(profile), Step.FOLDERS)
    assert steps.forward(walk, replace(profile, folders=("/home/amanda/Pictures",))).step is Step.DRY_RUN
    assert steps.forward(walk, replace(profile, one_file_system=True)).step is Step.HAND_OVER


def test_back_leads_out_of_a_change_and_from_further_on_to_where_it_began() -> None:
    walk = steps.jump(_finished(a_profile()), Step.FOLDERS)
    assert steps.back(walk) == _finished(a_profile())
    changed = steps.forward(walk, replace(walk.profile, exclude=()))
    assert changed.step is Step.DRY_RUN
    again = steps.back(changed)
    assert (again.step, again.profile.exclude) == (Step.FOLDERS, ())
    assert steps.back(again).step is Step.DRY_RUN


def test_a_text_that_replaces_another_is_known_as_such_until_the_server_has_it() -> None:
    profile = a_profile()
    client = ClientFacts(paths.known_hosts(), public_key="ssh-ed25519 AAAA amanda@pc")
    handed_over.keep(profile, client)
    handed_over.keep(replace(profile, exclude=()), client)
    assert not handed_over.replaces_another("amamac")
    changed = replace(profile, scheme=SchemeSettings(write_only=False))
    handed_over.keep(changed, client)
    handed_over.keep(changed, client)
    assert handed_over.replaces_another("amamac")
    steps.record(Walk(changed, Step.SECURITY_CHECK, Step.SECURITY_CHECK))
    assert handed_over.replaces_another("amamac")
    steps.record(_finished(changed))
    assert not handed_over.replaces_another("amamac")
