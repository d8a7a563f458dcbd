"""Under “More choices”: how far the scheme lets this computer go, from where, and into which folder."""

from __future__ import annotations

from textual.events import Paste
from textual.widgets import Input

from screens.steps.scheme.options import SchemeOptions
from tests.screens.steps.scheme.scheme_screen import MORE, PLAIN, asked_for_more, root
from tests.support.data.profiles import a_profile
from tests.support.pilot import arrived, at, said, text, until, walk, wizard_at
from wizard.profile import SchemeSettings
from wizard.server import kept_facts
from wizard.storage import profiles
from wizard.walk.steps import Step


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
        await arrived(pilot, Step.VERSIONS)
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
        await arrived(pilot, Step.VERSIONS)
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


async def test_without_rrsync_the_backup_can_not_be_read() -> None:
    kept_facts.learn(PLAIN, rrsync="")
    async with wizard_at(PLAIN, Step.SCHEME) as pilot:
        await until(pilot, lambda: "● A key for one folder only (recommended)" in text(pilot))
        await pilot.press(*MORE, "space")
        await until(pilot, lambda: "✗ Without rrsync, the server can save backups" in said(pilot))
        await pilot.press("enter", "space")
        await until(pilot, lambda: "Without rrsync" not in said(pilot))
        await pilot.press("enter")
        await arrived(pilot, Step.VERSIONS)
    assert profiles.load("amamac").scheme == PLAIN.scheme


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
        # One screen high enough for all of it, and too narrow for the explanation beside it.
        async with wizard_at(a_profile(scheme=SchemeSettings(kind=kind)), Step.SCHEME, size=(100, 80)) as pilot:  # type: ignore[arg-type]
            await pilot.press("tab", "enter")
            await until(pilot, lambda: "Folder on the server" in text(pilot))
            assert {words for words in every if words in text(pilot)} == expected


async def test_append_only_and_deleting_exclude_each_other_and_other_schemes_can_not_do_it() -> None:
    async with wizard_at(PLAIN, Step.SCHEME, size=(120, 60)) as pilot:
        await pilot.press(*MORE, "down", "space", "down", "space")
        await until(pilot, lambda: "contradict each other" in said(pilot))
        await until(pilot, lambda: "– A key for one command only" in text(pilot))
        assert "append only" in text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: not pilot.app.screen.query_one("#forward").disabled)
        assert at(pilot) == Step.SCHEME
        await pilot.press("up", "space")
        await until(pilot, lambda: "can add files to this backup, but can't read, change or delete any" in said(pilot))
        await pilot.press("enter")
        await arrived(pilot, Step.VERSIONS)
    scheme = profiles.load("amamac").scheme
    assert (scheme.append_only, scheme.allow_delete, scheme.write_only) == (True, False, True)


async def test_other_addresses_are_asked_about_where_there_are_some() -> None:
    async with wizard_at(PLAIN, Step.SCHEME, size=(120, 60)) as pilot:
        await pilot.press(*MORE, "down", "space", "tab", "tab")
        assert "From other addresses" not in text(pilot)
        pilot.app.post_message(Paste("192.0.2.0/24"))
        await until(pilot, lambda: "[ ] From other addresses, let it add files" in text(pilot))
        await pilot.press("tab", "space")
        await until(pilot, lambda: "From other addresses: Anyone who steals the key can add files" in said(pilot))
        assert "From any other address, files are only added." in said(pilot)
        assert "From 192.0.2.0/24: Anyone who steals the key can add, overwrite and delete" in said(pilot)
        await pilot.press("enter")
        await arrived(pilot, Step.VERSIONS)
    scheme = profiles.load("amamac").scheme
    assert (scheme.elsewhere, scheme.from_, scheme.allow_delete) == ("add", ("192.0.2.0/24",), True)


async def test_without_addresses_there_are_no_others() -> None:
    away = SchemeSettings(from_=("192.0.2.0/24",), elsewhere="add")
    async with wizard_at(a_profile(scheme=away), Step.SCHEME, size=(120, 60)) as pilot:
        await pilot.press(*MORE)
        await until(pilot, lambda: "[✓] From other addresses, let it add files" in text(pilot))
        pilot.app.screen.query_one("#from Input", Input).clear()
        await until(pilot, lambda: "From other addresses" not in text(pilot))
        await pilot.press("enter")
        await arrived(pilot, Step.VERSIONS)
    assert profiles.load("amamac").scheme == SchemeSettings()


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
        await arrived(pilot, Step.VERSIONS)
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
        await arrived(pilot, Step.VERSIONS)
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
        await arrived(pilot, Step.VERSIONS)
    assert profiles.load("amamac").scheme.from_ == ("192.0.2.7",)
