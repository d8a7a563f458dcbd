"""Does the admin's part with the account's own password, for those who have it."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from screens.widgets.field import Field
from screens.widgets.note import Note
from screens.widgets.trouble_panel import TroublePanel
from screens.widgets.waiting import Waiting
from screens.work import Begin
from wizard import schemes, trouble
from wizard.failure import Failure, Kind
from wizard.server.by_password import install
from wizard.server.by_password.install import InstallStage
from wizard.text.language import _

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from screens.context import Context
    from wizard.client.keys.secrets import Secret
    from wizard.profile import Profile
_LOCKED = _("Done: the key works and is locked.")
_PLAN_LOCKED = _(
    "If you know the password of “{user}” there, the wizard can do what the message asks your admin to do. It creates"
    " the folder “{folder}” if it is missing, and adds a line with this computer's key, locked from the start."
    " Everything else stays as it is.\n\n"
    "Then it tests the key, and undoes everything if that fails. The password goes only to the server you confirmed,"
    " and isn't saved anywhere."
)
_PLAN = _(
    "If you know the password of “{user}” there, the wizard can do what the message asks your admin to do. It creates"
    " the folder “{folder}” if it is missing, and adds this computer's key. Everything else stays as it is.\n\n"
    "Then it tests the key, and undoes everything if that fails. The password goes only to the server you confirmed,"
    " and isn't saved anywhere."
)
_WAY_OUT = _("Esc stops this and undoes it.")


class DoItForMeScreen(ModalScreen[bool]):
    """Returns whether the key is on the server now, and proven."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", _("Cancel")),
        Binding("ctrl+q", "give_up", _("Cancel"), show=False, priority=True),
    ]

    def __init__(self, profile: Profile, context: Context) -> None:
        super().__init__()
        self._profile, self._shared = profile, context
        self._is_done = False
        self._reached = InstallStage.SIGNING_IN
        self._telling = ExitStack()

    def compose(self) -> ComposeResult:
        """What will happen, one hidden line, and what came of it."""
        server = self._profile.server
        with VerticalScroll(classes="window"):
            yield Label(_("Add the key to the server yourself"), classes="window-title", markup=False)
            yield Static(_plan(self._profile), classes="window-words", id="plan", markup=False)
            label = _("Password of {user} on {host}").format(user=server.user, host=server.host)
            yield Field(label, id="password", password=True)
            yield Waiting(id="working")
            yield Vertical(id="came-of-it")
            yield Note(id="outcome")
            with Horizontal(classes="window-buttons"):
                yield Button(_("Cancel"), id="give-up", compact=True)
                yield Button(_("Add the key"), id="do", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The line has the focus."""
        self.query_one(Input).focus()

    def on_input_submitted(self) -> None:
        """Do it."""
        self.action_do()

    @on(Button.Pressed, "#do")
    def action_do(self) -> None:
        """Do it, or leave once it is done."""
        if self._is_done:
            self._leave()
            return
        field = self.query_one(Field)
        password = field.secret
        if not password:
            field.complain(_("Type the password you sign in with there."))
            field.query_one(Input).focus()
        elif not self._is_working:
            field.clear()
            Begin(self, "install")(self._do, password)

    @on(Button.Pressed, "#give-up")
    def action_give_up(self) -> None:
        """Leave; what is under way is taken back first."""
        if self._is_working:
            self.workers.cancel_group(self, "install")
        else:
            self._leave()

    @property
    def _is_working(self) -> bool:
        return any(worker.node is self and worker.group == "install" and worker.is_running for worker in self.workers)

    async def _do(self, password: Secret) -> None:
        self._reached = InstallStage.SIGNING_IN
        await self._show(None)
        try:
            access = await self._shared.access(self._profile)
            await install.install(self._profile, access, password, self._tell)
        except Failure as failure:
            await self._show(failure)
        except asyncio.CancelledError:
            self._say_that_it_is_undone()
            raise
        else:
            self._conclude()
        finally:
            self._telling.close()

    def _tell(self, stage: InstallStage) -> None:
        self._reached = stage
        self._telling.close()
        if self.is_attached:
            way_out = "" if stage is InstallStage.UNDOING else _WAY_OUT
            self._telling.enter_context(self.query_one("#working", Waiting).on(install.STAGES[stage], way_out))

    async def _show(self, failure: Failure | None) -> None:
        self.query_one("#plan").display = False  # what comes of it needs the room
        place = self.query_one("#came-of-it", Vertical)
        await place.remove_children()
        self.query_one("#outcome", Note).say("")
        if failure:
            await place.mount(TroublePanel(trouble.explain(failure, self._profile)))
            if failure.kind is not Kind.NOT_UNDONE:
                self._say_that_it_is_undone()
        self.query_one(Input).focus()

    def _say_that_it_is_undone(self) -> None:
        if self.is_attached and self._reached is InstallStage.UNDOING:
            self.query_one("#outcome", Note).say(install.TAKEN_BACK, "good")

    def _conclude(self) -> None:
        self._is_done = True
        told = _LOCKED if schemes.of(self._profile).locks_key else _("Done: the key works.")
        self.query_one("#outcome", Note).say(told, "good")
        for spent in self.query("#password, #give-up"):
            spent.display = False
        done = self.query_one("#do", Button)
        done.label = _("Continue")
        done.focus()

    def _leave(self) -> None:
        self.query_one(Field).clear()
        if self.is_current:
            self.dismiss(self._is_done)


def _plan(profile: Profile) -> str:
    plan = _PLAN_LOCKED if schemes.of(profile).locks_key else _PLAN
    told = plan.format(user=profile.server.user, folder=profile.server.root)
    return f"{told}\n\n{install.VERSIONS_NEED_ADMIN}" if profile.versions.are_kept else told
