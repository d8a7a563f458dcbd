"""The way in: the scheme, and how far it lets this computer go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.events import Paste
from textual.widgets import Input

from screens.dialogs.confirm import ConfirmScreen
from screens.outcome import Forward
from screens.steps.scheme.options import SchemeOptions
from tests.support.data.profiles import a_profile
from tests.support.pilot import SIZES, arrived, at, said, text, until, walk, wizard_at
from wizard import schemes
from wizard.client.rsync import rsync_version
from wizard.profile import SchemeSettings, Server
from wizard.schemes import choosing
from wizard.schemes.daemon import Daemon
from wizard.schemes.rrsync import Rrsync
from wizard.server import facts
from wizard.storage import profiles
from wizard.walk import steps
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from textual.pilot import Pilot

PLAIN = a_profile(scheme=SchemeSettings())
MORE = ("tab", "enter", "tab")


@pytest.mark.parametrize("size", SIZES)
async def test_enter_takes_what_is_recommended(size: tuple[int, int]) -> None:
    steps.record(Walk(PLAIN, Step.SCHEME, Step.SCHEME))
    left = steps.begin(profiles.load("amamac"))
    async with wizard_at(left.profile, left.step, size=size) as pilot:
        await until(pilot, lambda: "● A key for one folder only" in text(pilot))
        for shown in (
            "● A key for one folder only",
            "Encrypted in transit",
            "If stolen",
            "Your admin",
        ):
            await until(pilot, lambda words=shown: words in text(pilot))  # type: ignore[misc]
        assert "More choices" in said(pilot)
        assert "Folder on the server" not in text(pilot)
        await pilot.press("enter")
        await arrived(pilot, Step.KEY)
    assert profiles.load("amamac") == PLAIN


async def test_the_boxes_change_what_a_thief_could_do_and_what_is_removed_there() -> None:
    deleting = a_profile(scheme=SchemeSettings(allow_delete=True), delete=True)
    async with wizard_at(deleting, Step.SCHEME) as pilot:
        await until(pilot, lambda: "can add, overwrite and delete files in this backup" in said(pilot))
        await pilot.press(*MORE, "space")
        await until(pilot, lambda: "can read, add, overwrite and delete files in this backup" in said(pilot))
        assert "stay in the backup" not in said(pilot)
        await pilot.press("down", "space")
        await until(pilot, lambda: "can read, add and overwrite files in this backup, but can't delete" in said(pilot))
        assert "Then files you delete here stay in the backup." in said(pilot)
        await pilot.press("enter")
        await arrived(pilot, Step.KEY)
    decided = profiles.load("amamac")
    assert not decided.delete
    assert (decided.scheme.write_only, decided.scheme.allow_delete) == (False, False)


async def test_bad_values_are_refused_in_sight_even_when_they_are_folded_away() -> None:
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await pilot.press(*MORE, "tab", "end", *"/..", "tab")
        pilot.app.post_message(Paste("10.0.0.1/8"))
        await pilot.press("shift+tab", "shift+tab", "shift+tab", "enter")
        await until(pilot, lambda: "Folder on the server" not in text(pilot))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Start with a letter" in text(pilot))
        assert "Use the first address of the network" in said(pilot)
        await pilot.press("backspace", "backspace", "a", "tab")
        pilot.app.screen.query_one("#from Input", Input).clear()
        pilot.app.post_message(Paste("192.0.2.7, 2001:db8::/32,,pc.lan"))
        await pilot.press("enter")
        await arrived(pilot, Step.KEY)
    decided = profiles.load("amamac")
    assert decided.server.root == "backup/a"
    assert decided.scheme.from_ == ("192.0.2.7", "2001:db8::/32", "pc.lan")


async def test_back_checks_nothing_and_keeps_what_was_typed_and_ticked() -> None:
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await pilot.press(*MORE, "space", "tab", "end", *"/..", "escape")
        await arrived(pilot, Step.FINGERPRINT)
        assert walk(pilot).profile == PLAIN
        draft = pilot.app.context.drafts.of("amamac", Step.SCHEME)  # type: ignore[attr-defined]
        assert draft["root"] == "backup/.."
        assert draft["ticked"] == "auth munge write_only"
        assert draft["options"] == repr(PLAIN.scheme)


def test_a_box_that_another_step_has_changed_since_is_not_changed_back() -> None:
    changed = a_profile(scheme=SchemeSettings(allow_delete=True), delete=True)
    draft = {"ticked": "munge", "options": repr(PLAIN.scheme)}
    for profile, ticked in ((PLAIN, ["munge"]), (changed, ["allow_delete", "munge", "auth"])):
        assert SchemeOptions(profile, draft, id="options")._ticked_at_first() == ticked


async def test_the_schemes_are_compared_at_a_glance() -> None:
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        for scheme in schemes.SCHEMES:
            await until(pilot, lambda title=scheme.description.title: f"● {title}" in text(pilot))  # type: ignore[misc]
            assert scheme.description.summary in said(pilot)
            assert scheme.description.traffic in said(pilot)
            assert scheme.description.admin_does in said(pilot)
            assert all(other.description.title in text(pilot) for other in schemes.SCHEMES)
            assert f"{schemes.SCHEMES[0].description.title} (recommended)" in text(pilot)
            await pilot.press("down")


async def test_one_scheme_alone_is_not_called_the_recommended_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemes, "SCHEMES", (Rrsync(),))
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await until(pilot, lambda: "● A key for one folder only" in text(pilot))
        assert "recommended" not in text(pilot)


async def asked_for_more(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))


def root(pilot: Pilot[int]) -> str:
    return pilot.app.screen.query_one("#root Input", Input).value


@pytest.mark.parametrize("size", SIZES)
async def test_where_only_its_own_service_answers_the_others_are_greyed_and_say_why(size: tuple[int, int]) -> None:
    facts.learn(PLAIN, ssh_open=False, daemon_open=True, daemon_port=873)
    async with wizard_at(PLAIN, Step.SCHEME, size=size) as pilot:
        await until(pilot, lambda: "● The server's plain backup service" in text(pilot))
        assert "– A key for one folder only" in text(pilot)
        assert "– A full login" in text(pilot)
        assert text(pilot).count("The server doesn't accept ssh connections.") == 4
        assert "(works here)" in text(pilot)
        assert "recommended" not in "".join(line for line in text(pilot).splitlines() if "○" in line or "●" in line)
        assert "Your files are sent unencrypted." in said(pilot)
        await pilot.press("up", "enter")
        await asked_for_more(pilot)
        assert "Your files are sent unencrypted: anyone on the network in between can read them." in said(pilot)
        assert "Folder on the server: /home/amanda/backup" in said(pilot)
        await pilot.press("enter")
        await arrived(pilot, Step.SCHEME)
        await pilot.press("enter")
        await asked_for_more(pilot)
        await pilot.press("escape")
        await arrived(pilot, Step.SCHEME)
        await pilot.press("enter")
        await asked_for_more(pilot)
        await pilot.press("left", "enter")
        await arrived(pilot, Step.HAND_OVER)
    decided = profiles.load("amamac")
    assert (decided.scheme.kind, decided.scheme.auth) == ("daemon", True)
    assert (decided.server.root, decided.server.port) == ("/home/amanda/backup", 22)


async def test_without_rrsync_the_backup_can_not_be_read() -> None:
    facts.learn(PLAIN, rrsync="")
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await until(pilot, lambda: "● A key for one folder only (recommended)" in text(pilot))
        await pilot.press(*MORE, "space")
        await until(pilot, lambda: "✗ Without rrsync, the server can save backups" in said(pilot))
        await pilot.press("enter", "space")
        await until(pilot, lambda: "Without rrsync" not in said(pilot))
        await pilot.press("enter")
        await arrived(pilot, Step.KEY)
    assert profiles.load("amamac").scheme == PLAIN.scheme


async def test_what_speaks_against_one_is_said_while_the_cursor_is_on_it() -> None:
    facts.learn(PLAIN, shell="/usr/bin/rssh")
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await until(pilot, lambda: "● A key for one command only (recommended)" in text(pilot))
        assert "practice run impossible. You would see an estimate instead." in said(pilot)
        await pilot.press("end")
        await until(pilot, lambda: "! It gives the key far more access than a backup needs." in said(pilot))
        assert "practice run impossible" not in said(pilot)


async def test_what_was_decided_earlier_stays_selected_unless_it_became_impossible() -> None:
    chosen = a_profile(scheme=SchemeSettings(kind="daemon-over-ssh"))
    async with wizard_at(chosen, Step.SCHEME) as pilot:
        await until(pilot, lambda: "● A key for a private backup service" in text(pilot))
    facts.learn(chosen, shell="rssh")
    async with wizard_at(chosen, Step.SCHEME) as pilot:
        await until(pilot, lambda: "● A key for one command only" in text(pilot))


async def test_where_nothing_works_it_says_so_and_goes_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rsync_version, "is_openrsync", lambda program="rsync": True)
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await until(pilot, lambda: "None of these can work yet" in said(pilot))
        assert "brew install rsync" in text(pilot)
        await pilot.press("enter", "ctrl+s")
        await until(pilot, lambda: not pilot.app.screen.query_one("#forward").disabled)
        assert at(pilot) == Step.SCHEME
        await pilot.press("escape")
        await arrived(pilot, Step.FINGERPRINT)


async def test_a_full_login_takes_a_yes_of_its_own() -> None:
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await pilot.press("end", "enter")
        await asked_for_more(pilot)
        assert "everything the account can" in said(pilot)
        await pilot.press("enter")
        await arrived(pilot, Step.SCHEME)
        assert walk(pilot).profile == PLAIN
        await pilot.press("enter")
        await asked_for_more(pilot)
        await pilot.press("shift+tab", "enter")
        await arrived(pilot, Step.KEY)
        assert walk(pilot).profile.scheme.kind == "login"
        await pilot.press("escape")
        await arrived(pilot, Step.SCHEME)
        await pilot.press("enter")  # it was agreed to in this run
        await arrived(pilot, Step.KEY)


async def test_a_service_without_a_password_takes_other_words() -> None:
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await pilot.press("down", "down", "down", *MORE, "end", "space")
        await until(pilot, lambda: "Anyone on the network can" in said(pilot))
        await pilot.press("enter")
        await asked_for_more(pilot)
        assert "anyone on the network can write to this backup" in said(pilot)
        await pilot.press("left", "enter")
        await arrived(pilot, Step.HAND_OVER)
    assert not profiles.load("amamac").scheme.auth


async def test_only_what_the_scheme_can_hold_to_is_offered() -> None:
    shown = {
        "rrsync": {"read the backup", "delete files in", "never change files", "Make links inactive", "Always blocked"},
        "forced-command": {"delete files in", "Make links inactive", "Always blocked"},
        "daemon-over-ssh": {"read the backup", "delete files in", "(module)", "Always blocked"},
        "daemon": {"read the backup", "delete files in", "Require a password", "(module)"},
        "login": set[str](),
    }
    every = set.union(*shown.values())
    for kind, expected in shown.items():
        # One screen high enough for all of it.
        async with wizard_at(a_profile(scheme=SchemeSettings(kind=kind)), Step.SCHEME, size=(120, 80)) as pilot:  # type: ignore[arg-type]
            await pilot.press("tab", "enter")
            await until(pilot, lambda: "Folder on the server" in text(pilot))
            assert {words for words in every if words in text(pilot)} == expected


async def test_append_only_and_deleting_exclude_each_other_and_other_schemes_can_not_do_it() -> None:
    async with wizard_at(PLAIN, Step.SCHEME, size=(120, 60)) as pilot:
        await pilot.press(*MORE, "down", "space", "down", "space")
        await until(pilot, lambda: "contradict each other" in said(pilot))
        assert "– A key for one command only" in text(pilot)
        assert "append only" in text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: not pilot.app.screen.query_one("#forward").disabled)
        assert at(pilot) == Step.SCHEME
        await pilot.press("up", "space")
        await until(pilot, lambda: "can add files to this backup, but can't read, change or delete any" in said(pilot))
        await pilot.press("enter")
        await arrived(pilot, Step.KEY)
    scheme = profiles.load("amamac").scheme
    assert (scheme.append_only, scheme.allow_delete, scheme.write_only) == (True, False, True)


async def test_the_folder_is_written_in_full_only_where_it_has_to_be() -> None:
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await pilot.press("down", "down", "down")
        await until(pilot, lambda: root(pilot) == "/home/amanda/backup")
        assert "this one is a guess" in said(pilot)
        await pilot.press("up")
        await until(pilot, lambda: root(pilot) == "backup")
        await pilot.press("down", *MORE, "tab", *["backspace"] * 19, *"srv", "ctrl+s")
        await until(pilot, lambda: "Type the full path, starting with /" in said(pilot))
        await pilot.press("home", "/", "enter")
        await asked_for_more(pilot)
        await pilot.press("left", "enter")
        await arrived(pilot, Step.HAND_OVER)
    assert profiles.load("amamac").server.root == "/srv"


async def test_a_module_s_name_can_not_break_the_settings() -> None:
    chosen = a_profile(scheme=SchemeSettings(kind="daemon-over-ssh"))
    async with wizard_at(chosen, Step.SCHEME) as pilot:
        await pilot.press(*MORE, "tab", "tab", "tab")
        pilot.app.post_message(Paste("a] b"))
        await pilot.press("enter")
        await until(pilot, lambda: "Use only letters, digits, dots" in said(pilot))
        pilot.app.screen.query_one("#module Input", Input).clear()
        pilot.app.post_message(Paste("global"))
        await pilot.press("enter")
        await until(pilot, lambda: "rsync service reserves that word" in said(pilot))
        await pilot.press("s", "enter")
        await arrived(pilot, Step.KEY)
    assert profiles.load("amamac").scheme.module == "globals"


async def test_places_say_what_they_bring_with_them() -> None:
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await pilot.press(*MORE, "tab", "tab")
        await until(pilot, lambda: "An address (192.0.2.7), a network" in said(pilot))
        await pilot.press(*"192.0.2.7")
        await until(pilot, lambda: "If this computer's address changes, it can't sign in" in said(pilot))
        await pilot.press(*",pc.lan")
        await until(pilot, lambda: "UseDNS yes" in said(pilot))
        pilot.app.screen.query_one("#from Input", Input).clear()
        await pilot.press(*"!192.0.2.7", "enter")
        await until(pilot, lambda: "Add an address that may" in said(pilot))
        await pilot.press("home", "delete", "enter")
        await arrived(pilot, Step.KEY)
    assert profiles.load("amamac").scheme.from_ == ("192.0.2.7",)


async def test_back_keeps_the_scheme_that_was_at_hand() -> None:
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await pilot.press("down", "down", "escape")
        await arrived(pilot, Step.FINGERPRINT)
        pilot.app.screen.leave_with(Forward(PLAIN))  # type: ignore[attr-defined]
        await until(pilot, lambda: "● A key for a private backup service" in text(pilot))


async def test_a_daemon_is_called_where_it_answered_and_ssh_where_it_does() -> None:
    elsewhere = a_profile(server=Server(host="files.example.lan", user="amanda", port=2222, host_keys=("a",)))
    server = facts.learn(elsewhere, ssh_open=True, ssh_port=2222, daemon_open=True, daemon_port=873)
    with_daemon = choosing.suited(elsewhere, Daemon(), server)
    assert with_daemon.server.port == 873
    assert choosing.suited(with_daemon, Rrsync(), server).server.port == 2222
