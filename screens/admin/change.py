"""One request as a form: what is the admin's to decide, and how it differs from what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Input, Static

from screens.admin import form_drafts
from screens.admin.asked_words import keeps_versions
from screens.admin.frame import AdminScreen
from screens.widgets.field import Field
from screens.widgets.note import Note
from screens.widgets.page import Page
from screens.widgets.tick_list import Tick, TickList
from wizard import allowed_from, rules, schemes
from wizard import approval as grants
from wizard.approval import Approval
from wizard.failure import BadProfile
from wizard.schemes import restrictions
from wizard.schemes.restrictions import FOR_ADMIN
from wizard.server import clashes
from wizard.text.display import printable
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from textual.app import ComposeResult

    from wizard.profile import SchemeSettings

_FIELDS = {"server.user": "account", "server.root": "root", "scheme.from": "from"}
_VERSIONS = "versions"
_AS_ASKED = N_("No changes to the request.")


class ChangeScreen(AdminScreen[Approval | None]):
    """Returns the request as it is granted, or nothing where it stays as it was."""

    question = N_("Access for {computer}")
    explains_below = True
    explanation = N_(
        "The form shows what the user asked for. Change whatever you want to grant differently. Your changes are listed"
        " below, and the “Reply” tab of the export tells the user about them.\n\nYou can't change the scheme or the key"
        " here. If you want another scheme, the user chooses it in backup-wizard and sends a new request.\n\nYour note"
        " goes to the user unchanged. Use it for a quota, your days off or a contact. The server doesn't enforce it."
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "grant", _("Save"))]

    def __init__(self, grant: Approval) -> None:
        super().__init__()
        self._grant = grant
        self._restrictions = schemes.of(grant.asked.profile).restrictions

    @property
    def heading(self) -> str:
        """Whose request it is."""
        return _(self.question).format(computer=clashes.label(self._grant.asked))

    def compose_page(self) -> ComposeResult:
        """The lines, the boxes, and what differs."""
        shown = _values(self._grant, self._restrictions) | form_drafts.of(self._grant.asked)
        with Page(id="form", classes="scrolls"):
            with Horizontal(classes="fields"):
                yield Field(_("Account"), id="account", value=shown["account"], rule=rules.account_asked_for)
                yield Field(_("Folder on the server"), id="root", value=shown["root"], rule=rules.root)
            with Horizontal(classes="fields"):
                yield Field(
                    _("Allowed from"), id="from", value=shown["from"], hint=_("empty: anywhere"), rule=_from_complaint
                )
                yield Field(
                    _("Note to the user"),
                    id="note",
                    value=shown["note"],
                    hint=_("for example: quota 50 GB"),
                    rule=_one_line,
                )
            ticks = [Tick(name, _(words), "") for name, words in FOR_ADMIN.items() if name in self._restrictions]
            if self._grant.asked.profile.versions.are_kept:
                ticks.append(Tick(_VERSIONS, keeps_versions(self._grant.asked), ""))
            if ticks:
                yield TickList(ticks, id="may", ticked=shown["may"].split())
            yield Note(id="slip")
            yield Static(id="differences", markup=False)

    def compose_buttons(self) -> Iterable[Button]:
        """To keep it, or to go back to what was asked."""
        yield Button(_("Undo changes"), id="as-asked", compact=True)
        yield Button(_("Cancel"), id="back", compact=True)
        yield Button(_("Save"), id="grant", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The first line has the cursor."""
        self.query(Input).first().focus()
        self._tell()

    @on(Button.Pressed, "#grant")
    @on(Input.Submitted)
    def action_grant(self) -> None:
        """Keep what is in the form."""
        fields = [field for field in reversed(self.query(Field)) if not field.check()]
        if not fields and (decided := self._decided(aloud=True)) and self.is_current:
            self.dismiss(decided)

    def action_forward(self) -> None:
        """Enter in the boxes keeps the form as well."""
        self.action_grant()

    @on(Button.Pressed, "#back")
    def action_back(self) -> None:
        """Leave the request as it was."""
        self._keep(_values(self._grant, self._restrictions))
        super().action_back()

    @on(Button.Pressed, "#as-asked")
    def _as_asked(self) -> None:
        if self.is_current:
            self._keep({})
            self.dismiss(Approval.as_asked(self._grant.asked))

    def note_draft(self) -> None:
        """Keep what is typed by now: the pane may be killed, and its terminal closed."""
        if self.is_mounted and self.is_current and self.is_attached:
            typed = {str(field.id): field.value for field in self.query(Field)}
            self._keep(typed | {"may": " ".join(name for name in (*FOR_ADMIN, _VERSIONS) if name in self._ticked)})

    def _keep(self, values: dict[str, str]) -> None:
        asked = _values(Approval.as_asked(self._grant.asked), self._restrictions)
        form_drafts.keep(self._grant.asked, {id: value for id, value in values.items() if value != asked[id]})

    @on(Input.Changed)
    @on(TickList.Changed)
    def _tell(self) -> None:
        self.query_one("#slip", Note).say("")
        decided = self._decided(aloud=False)
        if decided is None:
            self.query_one("#differences", Static).update("")  # what stood there is of another answer
            return
        said = [f"± {one.words}" for one in decided.differences] or [_(_AS_ASKED)]
        profile = decided.granted.profile
        said.append(_("Risk: {risk}").format(risk=schemes.of(profile).if_stolen(profile)))
        self.query_one("#differences", Static).update(printable("\n".join(said), keep_lines=True))

    def _decided(self, *, aloud: bool) -> Approval | None:
        value = {field.id: field.value for field in self.query(Field)}
        try:
            return grants.changed(
                self._grant,
                account=value["account"],
                root=value["root"],
                scheme=self._scheme(),
                note=value["note"],
                keeps_versions=_VERSIONS in self._ticked,
            )
        except BadProfile as slip:
            if aloud and slip.key in _FIELDS:
                self.query_one(f"#{_FIELDS[slip.key]}", Field).complain(slip.message)
            elif aloud or slip.key not in _FIELDS:
                self.query_one("#slip", Note).say(slip.message, "bad")
            return None

    @property
    def _ticked(self) -> frozenset[str]:
        return self.query(TickList).first().ticked if self.query(TickList) else frozenset()

    def _scheme(self) -> SchemeSettings:
        ticked = self._ticked
        chosen = restrictions.settings({name: name in ticked for name in FOR_ADMIN if name in self._restrictions})
        places = allowed_from.read(self.query_one("#from", Field).value)
        return msgspec.structs.replace(self._grant.asked.scheme, **chosen, from_=places)


def _values(grant: Approval, restrictions: Container[str]) -> dict[str, str]:
    """What the form shows of a request, by the ids of its fields."""
    granted = grant.granted
    may: list[str] = [name for name in FOR_ADMIN if name in restrictions and getattr(granted.scheme, name)]
    may += [_VERSIONS] if granted.profile.versions.are_kept else []
    return {
        "account": granted.server.user,
        "root": granted.server.root,
        "from": allowed_from.text(granted.scheme.from_),
        "note": grant.note,
        "may": " ".join(may),
    }


def _from_complaint(typed: str) -> str | None:
    return rules.allowed_from(allowed_from.read(typed))


def _one_line(typed: str) -> str | None:
    return None if typed.isprintable() or not typed else _("Use only printable characters, on one line.")
