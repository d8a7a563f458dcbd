"""Asks where messages or reports about a backup go, and tries the address before it is kept."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from screens.widgets.field import Field
from screens.widgets.waiting import Waiting
from screens.work import Begin
from wizard import trouble
from wizard.client import profile_lock
from wizard.client.keys.secrets import Secret
from wizard.client.process.background import in_background
from wizard.failure import Failure, Kind
from wizard.schedule.alarms import channels, messages
from wizard.schedule.alarms.words import WORDS
from wizard.storage import profiles
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from wizard.profile import Profile
    from wizard.schedule.alarms.channels import Channel


class AddressScreen(ModalScreen[str | None]):
    """Returns what is to be said of the change, or nothing where there was none."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", _("Cancel"))]

    def __init__(self, profile: Profile, channel: Channel) -> None:
        super().__init__()
        self._profile, self._channel, self._words = profile, channel, WORDS[channel]

    def compose(self) -> ComposeResult:
        """One hidden line."""
        with Vertical(classes="window"):
            yield Label(_(self._words.title), classes="window-title", markup=False)
            yield Static(_(self._words.explanation), classes="window-words", markup=False)
            yield Field(_(self._words.label), id="address", password=True)
            yield Waiting()
            with Horizontal(classes="window-buttons"):
                yield Button(_("Cancel"), id="give-up", compact=True)
                if getattr(self._profile.schedule, self._channel):
                    yield Button(_("Turn off"), id="turn-off", compact=True)
                yield Button(_("Test and save"), id="try-it", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The line has the focus; what has to be installed first is told at once."""
        self.query_one(Input).focus()
        if self._channel == "alarm" and not messages.is_installed():
            self._complain(Failure(Kind.APPRISE_MISSING))

    def on_input_submitted(self) -> None:
        """Try what was typed."""
        self._begin()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Try what was typed, use none from now on, or leave it."""
        match event.button.id:
            case "try-it":
                self._begin()
            case "turn-off":
                Begin(self, "address", only=True)(self._turn_off)
            case _:
                self.action_give_up()

    def action_give_up(self) -> None:
        """Leave it as it is."""
        self._answer(None)

    def _begin(self) -> None:
        Begin(self, "address", only=True)(self._try, Secret(self.query_one(Field).value.strip()))

    async def _try(self, typed: Secret) -> None:
        try:
            with self.query_one(Waiting).on(_("Sending a test")):
                await in_background(partial(channels.try_out, self._profile, self._channel, typed))
                await in_background(partial(self._change, partial(channels.keep, address=typed)))
        except Failure as failure:
            self._complain(failure)
        else:
            self._answer(_(self._words.is_set))

    async def _turn_off(self) -> None:
        try:
            await in_background(partial(self._change, channels.remove))
        except Failure as failure:
            self._complain(failure)
        else:
            self._answer(_(self._words.is_removed))

    def _change(self, change: Callable[..., Profile]) -> None:
        with profile_lock.alone(self._profile.name):
            change(profiles.load(self._profile.name), channel=self._channel)

    def _complain(self, failure: Failure) -> None:
        told = trouble.explain(failure, self._profile)
        self.query_one(Field).complain(f"{told.what}. {told.to_do}")

    def _answer(self, told: str | None) -> None:
        if self.is_current:  # a second key press on the way out is dropped
            self.dismiss(told)
