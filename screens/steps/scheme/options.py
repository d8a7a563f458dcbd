"""What the server is to hold this computer to: the restrictions, the folder, the places and the module's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import msgspec
from textual.containers import Vertical
from textual.widgets import Static

from screens.widgets.field import Field
from screens.widgets.note import Note
from screens.widgets.tick_list import Tick, TickList
from wizard import allowed_from, rules, schemes
from wizard.schemes import choosing, restrictions
from wizard.schemes.restrictions import Restriction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from wizard.profile import Profile
    from wizard.schemes.base import Scheme

_TICKS = tuple(Tick(one.id, one.label, one.sentence) for one in restrictions.WORDINGS)
_ALWAYS_SHUT = "Always shut for this key: a terminal, tunnels, the agent, windows (X11) and start-up files."
_PLACES = "An address (192.0.2.7), a network (192.0.2.0/24) or a name (pc.example.lan)."
_MAY_CHANGE = "If this computer's address changes, it is locked out until the admin changes the text."
_NAMES = "A name works only if the server looks names up (UseDNS yes): ask the admin."
_NAMES_OF_DAEMON = "A name works only if the server can look it up: ask the admin."
_IN_FULL = "This way needs it in full, from the first / on. The admin knows it; this one is a guess."


class SchemeOptions(Vertical):
    """The options of the scheme at hand, with those of the others kept for when they are wanted."""

    def __init__(self, profile: Profile, draft: Mapping[str, str], *, id: str) -> None:
        super().__init__(id=id)
        self._profile, self._draft = profile, draft
        self._scheme: Scheme | None = None
        self._short_root = profile.server.root

    def compose(self) -> ComposeResult:
        """The boxes, then the lines, each with what is to be known of it."""
        server, scheme, draft = self._profile.server, self._profile.scheme, self._draft
        yield TickList(_TICKS, id="may", ticked=self._ticked_at_first(), sentences_below=True)
        yield Note(id="deleting")
        yield Field(
            "The folder on the server that it opens",
            id="root",
            value=draft.get("root", server.root),
            hint="such as backup",
            rule=self._root_complaint,
        )
        yield Note(id="about-root")
        yield Field(
            "Only from these places, with commas between",
            id="from",
            value=draft.get("from", allowed_from.text(scheme.from_)),
            hint="empty: from anywhere",
            rule=lambda typed: rules.allowed_from(allowed_from.read(typed)),
        )
        yield Note(id="about-from")
        yield Field(
            "Its name in the service (module)",
            id="module",
            value=draft.get("module", scheme.module),
            hint=f"empty: {server.user}",
            rule=lambda typed: rules.module(typed) if typed else None,
        )
        yield Static(_ALWAYS_SHUT, id="always-shut", classes="aside", markup=False)

    @property
    def ticked(self) -> frozenset[str]:
        """The ids of the boxes that are ticked, those out of sight included."""
        return self.query_one(TickList).ticked

    def suit(self, scheme: Scheme) -> None:
        """Show what can be set for this scheme, with the folder written as it needs it."""
        if scheme is self._scheme:
            return
        self._scheme = scheme
        self.query_one(TickList).offer([tick for tick in _TICKS if tick.id in scheme.restrictions])
        self.query_one("#module").display = "module" in scheme.restrictions
        self.query_one("#always-shut").display = scheme.locks_key
        root = self.query_one("#root", Field)
        if scheme.full_root and not root.value.startswith("/") and not rules.root(root.value):
            self._short_root = root.value
            root.fill(self._full_root(root.value))
        elif not scheme.full_root and root.value == self._full_root(self._short_root):
            root.fill(self._short_root)

    def tell(self, decided: Profile) -> None:
        """Say what follows from what is set."""
        deleting = self.query_one("#deleting", Note)
        if complaint := self._contradiction():
            deleting.say(complaint, "bad")
        else:
            stays = self._profile.delete and not decided.delete
            deleting.say("Then what you remove here stays in the backup." if stays else "", "warn")
        scheme = schemes.of(decided)
        guessed = scheme.full_root and decided.server.root == self._full_root(self._short_root)
        self.query_one("#about-root", Note).say(_IN_FULL if guessed else "", "warn")
        names = _NAMES if scheme.uses_ssh else _NAMES_OF_DAEMON
        has_name = any(allowed_from.is_name(place) for place in decided.scheme.from_)
        self.query_one("#about-from", Note).say(
            f"{names if has_name else _MAY_CHANGE}" if decided.scheme.from_ else _PLACES,
            "warn" if decided.scheme.from_ else "plain",
        )

    def applied(self, profile: Profile) -> Profile:
        """The profile with what is set here."""
        names = set(get_args(Restriction)) - {"module"}
        chosen = {name: (name in self.ticked) is not (name in restrictions.SAY_OPPOSITE) for name in names}
        scheme = msgspec.structs.replace(
            profile.scheme,
            **chosen,
            from_=allowed_from.read(self.query_one("#from", Field).value),
            module=self.query_one("#module", Field).value,
        )
        return msgspec.structs.replace(
            profile,
            server=msgspec.structs.replace(profile.server, root=self.query_one("#root", Field).value),
            scheme=scheme,
            delete=profile.delete and scheme.allow_delete,
        )

    def check(self) -> bool:
        """Whether all can be taken; if not, every complaint stands, and the first line's takes the cursor."""
        complaints = [field for field in reversed(self.query(Field)) if field.display and not field.check()]
        if self._contradiction():
            self.query_one(TickList).focus()
            return False
        return not complaints

    def _contradiction(self) -> str:
        both = {"append_only", "allow_delete"}
        if both <= self.ticked:
            return "Deleting, and nothing changed: these exclude each other. Tick one of the two."
        return ""

    def _root_complaint(self, typed: str) -> str | None:
        if complaint := rules.root(typed):
            return complaint
        if self._scheme and self._scheme.full_root and not typed.startswith("/"):
            return "Write it in full, from the first / on, such as /srv/backup: the admin knows it."
        return None

    def _full_root(self, root: str) -> str:
        server = msgspec.structs.replace(self._profile.server, root=root)
        return choosing.full_root(msgspec.structs.replace(self._profile, server=server))

    def _ticked_at_first(self) -> list[str]:
        scheme = self._profile.scheme
        if self._draft.get("options") == repr(scheme):
            return self._draft["ticked"].split()
        return [tick.id for tick in _TICKS if getattr(scheme, tick.id) is not (tick.id in restrictions.SAY_OPPOSITE)]
