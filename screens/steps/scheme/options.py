"""What the server is to hold this computer to: the restrictions, the folder, the places and the module's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from textual.containers import Vertical
from textual.widgets import Static

from screens.widgets.field import Field
from screens.widgets.note import Note
from screens.widgets.tick_list import Tick, TickList
from wizard import rules, schemes
from wizard.schemes import choosing
from wizard.text.language import _
from wizard.walk.descriptions import scheme
from wizard.walk.descriptions.scheme import RESTRICTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult

    from wizard.profile import Profile
    from wizard.schemes.base import Scheme
    from wizard.walk.description import Answers

_ELSEWHERE = "elsewhere"
_STAYS = _("Then files you delete here stay in the backup.")


class SchemeOptions(Vertical):
    """The options of the scheme at hand, with those of the others kept for when they are wanted."""

    def __init__(self, profile: Profile, draft: Mapping[str, str], *, id: str) -> None:
        super().__init__(id=id)
        self._profile, self._draft = profile, draft
        self._scheme: Scheme | None = None
        self._short_root = profile.server.root

    def compose(self) -> ComposeResult:
        """The boxes, then the lines, each with what is to be known of it."""
        profile, draft = self._profile, self._draft
        ticked = self._ticked_at_first()
        boxes, elsewhere = (
            [Tick.of(one) for one in RESTRICTIONS if (one.id == _ELSEWHERE) is apart] for apart in (False, True)
        )
        yield TickList(boxes, id="may", ticked=set(ticked) - {_ELSEWHERE}, sentences_below=True)
        yield Note(id="deleting")
        yield Field.of(replace(scheme.folder(profile, None), rule=self._root_complaint), draft.get("root"))
        yield Note(id="about-root")
        yield Field.of(scheme.allowed_from(profile), draft.get("from"))
        yield Note(id="about-from")
        yield TickList(elsewhere, id="elsewhere", ticked=set(ticked) & {_ELSEWHERE}, sentences_below=True)
        yield Field.of(scheme.module(profile), draft.get("module"))
        yield Static(scheme.ALWAYS_LOCKED, id="always-shut", classes="aside", markup=False)

    @property
    def ticked(self) -> frozenset[str]:
        """The ids of the boxes that are ticked, those out of sight included."""
        return self.query_one("#may", TickList).ticked | self.query_one("#elsewhere", TickList).ticked

    def suit(self, chosen: Scheme) -> None:
        """Show what can be set for this scheme, with the folder written as it needs it."""
        if chosen is self._scheme:
            return
        self._scheme = chosen
        offered = scheme.restrictions(self._profile, chosen)
        self.query_one("#may", TickList).offer([Tick.of(one) for one in offered if one.id != _ELSEWHERE])
        self.query_one("#module").display = "module" in chosen.restrictions
        self.query_one("#always-shut").display = chosen.locks_key
        root = self.query_one("#root", Field)
        if chosen.full_root and not root.value.startswith("/") and not rules.root(root.value):
            self._short_root = root.value
            root.fill(self._full_root(root.value))
        elif not chosen.full_root and root.value == self._full_root(self._short_root):
            root.fill(self._short_root)

    def tell(self, decided: Profile) -> None:
        """Say what follows from what is set."""
        deleting = self.query_one("#deleting", Note)
        if self._contradicts_itself:
            deleting.say(scheme.BOTH, "bad")
        else:
            stays = self._profile.delete and not decided.delete
            deleting.say(_STAYS if stays else "", "warn")
        chosen = schemes.of(decided)
        guessed = chosen.full_root and decided.server.root == self._full_root(self._short_root)
        self.query_one("#about-root", Note).say(scheme.IN_FULL if guessed else "", "warn")
        about_places = scheme.about_places(decided)
        self.query_one("#about-from", Note).say(about_places, "warn" if decided.scheme.from_ else "plain")
        self.query_one("#elsewhere").display = self._asks_about_elsewhere

    def answers(self) -> Answers:
        """What is set here, also what is out of sight."""
        ticked: dict[str, Any] = {one.id: one.id in self.ticked for one in RESTRICTIONS}
        ticked[_ELSEWHERE] = ticked[_ELSEWHERE] and self._asks_about_elsewhere
        return ticked | {id: self.query_one(f"#{id}", Field).value for id in ("root", "from", "module")}

    def check(self) -> bool:
        """Whether all can be taken; if not, every complaint stands, and the first line's takes the cursor."""
        complaints = [field for field in reversed(self.query(Field)) if field.display and not field.check()]
        if self._contradicts_itself:
            self.query_one("#may").focus()
            return False
        return not complaints

    @property
    def _contradicts_itself(self) -> bool:
        return {"append_only", "allow_delete"} <= self.ticked

    @property
    def _asks_about_elsewhere(self) -> bool:
        """Whether there are other addresses, which the scheme can tell apart, and what is ticked goes with it."""
        places = self.query_one("#from", Field).value.strip()
        can = self._scheme is not None and _ELSEWHERE in self._scheme.restrictions
        return bool(places) and can and not {"append_only", "write_only"} & self.query_one("#may", TickList).ticked

    def _root_complaint(self, typed: str) -> str | None:
        rule = scheme.folder(self._profile, self._scheme).rule
        return rule(typed) if rule else None

    def _full_root(self, root: str) -> str:
        return choosing.full_root(replace(self._profile, server=replace(self._profile.server, root=root)))

    def _ticked_at_first(self) -> list[str]:
        if self._draft.get("options") == repr(self._profile.scheme):
            return self._draft["ticked"].split()
        return [one.id for one in RESTRICTIONS if scheme.is_yes(self._profile, one.id)]
