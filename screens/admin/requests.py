"""The requests that are open: what each asks, what was changed, and which clash."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Button, Label, OptionList, Static

from screens.admin import asked_words, form_drafts
from screens.admin.change import ChangeScreen
from screens.admin.export import ExportScreen
from screens.admin.frame import AdminScreen
from screens.admin.open_requests import OpenRequestsScreen
from screens.admin.request_list import RequestList
from screens.widgets.labelled import Labelled
from screens.widgets.note import Note
from wizard import trouble
from wizard.approval import Approval
from wizard.client import request as requests
from wizard.server import clashes
from wizard.text.language import N_, _, ngettext
from wizard.walk import steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from textual.app import ComposeResult

    from wizard.failure import Failure
    from wizard.server.clashes import Clash

_NOTHING_OPEN = N_(
    "No requests yet. Users save one in backup-wizard, in the “{step}” step (tab “Request”). Press o to open a request"
    " file, or a folder of them."
)
_MOST_REFUSALS = 3


class RequestsScreen(AdminScreen[None]):
    """Opens requests, and leads to changing and exporting them."""

    question = N_("Backup requests for your server")
    explanation = N_(
        "Each line is a computer that asks for access: its name, account, server, folder and scheme.\n\nPress Enter to"
        " open a request as a form. There you can change the account, the folder, where the key works from and what it"
        " may do.\n\n“Export” shows the setup for your server in every format. It covers all requests, or only the"
        " ticked ones (Space ticks one, a ticks all).\n\n± marks a request that you changed. ! marks requests that"
        " conflict with each other. ▲ marks requests for a full login, which come first: the key can do everything the"
        " account can. ▲ also marks requests that take a backup over from another computer.\n\nNobody here knows which"
        " keys your server has. The setup stops if a backup has another key there, and tells you.\n\n"
        "backup-wizard changes nothing on your server. You get text, and you decide where"
        " it goes."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+q", "leave", _("Quit"), priority=True),
        Binding("o", "open", show=False),
        Binding("e", "export", _("Export")),
        Binding("a", "tick_all", _("All/none")),
        Binding("x", "close", _("Remove")),
    ]

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__()
        self._paths = paths
        self._grants: list[Approval] = []
        self._clashes: list[Clash] = []
        self._one_key: list[Clash] = []
        self._exported: list[Approval] = []
        self._refused_at: int | None = None

    def compose_page(self) -> ComposeResult:
        """The list, and what is to be known of the request under the cursor."""
        with Vertical(id="requests-view"):
            with Vertical(id="requests-left"):
                yield Static(
                    _(_NOTHING_OPEN).format(step=steps.TITLES[steps.Step.HAND_OVER]), id="nothing-open", markup=False
                )
                yield RequestList(id="requests")
                with VerticalScroll(id="requests-help", can_focus=False) as help:
                    help.border_title = _("Help")
                    yield Static(_(self.explanation), markup=False)
            with VerticalScroll(id="asked", classes="scrolls", can_focus=False):
                yield Note(id="refused")
                yield Note(id="takes-over")
                yield Note(id="clashes")
                yield Static(id="changes", markup=False)
                for title, words in asked_words.TITLES.items():
                    yield Labelled(_(words), id=f"asked-{title.replace(' ', '-')}")

    def compose_buttons(self) -> Iterable[Button]:
        """To open, to change, to export."""
        yield Button(_("Open…"), id="open", compact=True)
        yield Button(_("Change…"), id="change", compact=True)
        yield Button(_("Export"), id="export", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Open what was named on the command line."""
        self._take(self._paths)

    @on(Button.Pressed, "#open")
    def action_open(self) -> None:
        """Ask for a file or a folder, and open it."""
        self.app.push_screen(OpenRequestsScreen(), lambda path: self._take([path] if path else []))

    @on(Button.Pressed, "#export")
    def action_export(self) -> None:
        """Export what is ticked, or all."""
        if self._chosen:
            self._exported += self._chosen
            for one in self._chosen:
                form_drafts.keep(one.asked, {})
            self.app.push_screen(ExportScreen(self._chosen))

    @on(Button.Pressed, "#change")
    @on(OptionList.OptionSelected, "#requests")
    def change(self) -> None:
        """Show the request under the cursor as a form."""
        if (number := self.query_one(RequestList).highlighted) is not None:

            def take(changed: Approval | None) -> None:
                if changed:
                    self._grants[number] = changed
                    self._show()

            self.app.push_screen(ChangeScreen(self._grants[number]), take)

    def action_tick_all(self) -> None:
        """Tick all, or none."""
        self.query_one(RequestList).tick_all()

    def action_close(self) -> None:
        """Take the request under the cursor off the list; its file stays."""
        if (number := self.query_one(RequestList).highlighted) is not None:
            del self._grants[number]
            self.query_one(RequestList).forget(number)
            self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is done with requests is offered once there are some."""
        if action in {"export", "tick_all", "close"}:
            return bool(self._grants)
        return super().check_action(action, parameters)

    @property
    def would_lose_changes(self) -> bool:  # type: ignore[override]
        """Whether something was changed and not exported since."""
        return any((one.differences or one.note) and one not in self._exported for one in self._grants)

    @property
    def _chosen(self) -> list[Approval]:
        ticked = self.query_one(RequestList).ticked
        return [grant for number, grant in enumerate(self._grants) if number in ticked or not ticked]

    def _take(self, paths: Sequence[Path]) -> None:
        taken, refused = requests.read_all(paths)
        taken.sort(key=asked_words.is_loud, reverse=True)  # so that the first to be read is what opens most
        self._grants += map(Approval.as_asked, taken)
        self.query_one("#refused", Note).say(_refusals(refused), "bad")
        # What was said of another request would be taken for what is said of the one that was refused.
        self._refused_at = self.query_one(RequestList).highlighted if refused and not taken else None
        self._show()

    def _show(self) -> None:
        granted = [grant.granted for grant in self._grants]
        self._clashes, self._one_key = clashes.among(granted), clashes.one_key(granted)
        clashing = {number for clash in self._clashes for number in clash.requests}
        listed = self.query_one(RequestList)
        listed.show(self._grants, clashing)
        listed.display = bool(self._grants)
        self.query_one("#requests-view").set_class(not self._grants, "-empty")
        self.query("#change, #export").set(disabled=not self._grants)
        (listed if self._grants else self.query_one("#open", Button)).focus()
        self._tell()

    @on(RequestList.Ticked)
    @on(OptionList.OptionHighlighted, "#requests")
    def _tell(self) -> None:
        number = self.query_one(RequestList).highlighted
        if number is not None and number == self._refused_at:
            number = None
        elif self._refused_at is not None:
            self._refused_at = None
            self.query_one("#refused", Note).say("")
        grant = self._grants[number] if number is not None and number < len(self._grants) else None
        concerned = [clash.sentence for clash in self._clashes if number in clash.requests]
        self.query_one("#nothing-open").display = not self._grants
        self.query_one("#clashes", Note).say("\n! ".join(concerned), "warn")
        suspicious = [clashes.takes_over(grant.granted)] if grant else []
        suspicious += [one.sentence for one in self._one_key if number in one.requests]
        self.query_one("#takes-over", Note).say("\n! ".join(filter(None, suspicious)), "warn")
        changes = self.query_one("#changes", Static)
        changes.display = bool(grant and asked_words.changes(grant))
        changes.update(asked_words.changes(grant) if grant else "")
        said = asked_words.about(grant.granted) if grant else {}
        for title in asked_words.TITLES:
            row = self.query_one(f"#asked-{title.replace(' ', '-')}", Labelled)
            row.display = bool(said.get(title))
            row.say(said.get(title, ""))
        self._count()

    def _count(self) -> None:
        hosts = {grant.granted.server.machine: grant.granted.server.host for grant in self._grants}
        count = len(self._grants)
        opened = ngettext("{count} request open", "{count} requests open", count).format(count=count)
        wide_open = sum(asked_words.is_wide_open(grant.granted) for grant in self._grants)
        loud = ngettext("▲ {count} asks for full access", "▲ {count} ask for full access", wide_open)
        where = [loud.format(count=wide_open)] if wide_open else hosts.values() if len(hosts) == 1 else []
        self.query_one("#whereabouts", Label).update(" · ".join([opened, *where]))
        ticked, everyone = len(self.query_one(RequestList).ticked), len(self._grants)
        all_of_them = _("Export all {count}").format(count=everyone) if everyone else _("Export")
        only_ticked = _("Export {count} ticked").format(count=ticked)
        self.query_one("#export", Button).label = only_ticked if ticked else all_of_them
        self.refresh_bindings()
        self.query_one("#asked").scroll_home(animate=False)


def _refusals(refused: Sequence[Failure]) -> str:
    said = [trouble.explain(failure).what for failure in refused[:_MOST_REFUSALS]]
    more = len(refused) - len(said)
    return "\n✗ ".join([*said, *([_not_shown(more)] if more else [])])


def _not_shown(count: int) -> str:
    return ngettext(
        "… and {count} more file that isn't a valid request",
        "… and {count} more files that aren't valid requests",
        count,
    ).format(count=count)
