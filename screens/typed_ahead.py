"""What is typed faster than widgets deal with it: nothing is lost, and no key overtakes another.

A key goes from the app to a widget and, for most bindings, all the way back, while the next one may act at once or
belong where the first one leads. So each waits until the one before it was dealt with, unless both go the same way.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakSet

from textual.events import Key, Paste
from textual.message import Message
from textual.widgets import Input

from screens.work import Begin

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from textual.app import App
    from textual.events import Event
    from textual.screen import Screen
    from textual.widget import Widget

_TURN_SECONDS = 0.01
_ROUNDS_TO_SETTLE = 2  # a key's own way through the widgets, and that of what it had them send
_MOST_SECONDS_TO_SETTLE = 2.0
# These wait for what was typed before them, and for nothing else; two of them end work that takes long.
_AT_ONCE = frozenset({"escape", "f1", "ctrl+q"})
_ENDS_WORK = frozenset({"escape", "ctrl+q"})
_LONG_WORK_SECONDS = 0.5
_MOVES = frozenset({"up", "down", "left", "right", "home", "end", "pageup", "pagedown", "backspace", "delete"})


class Followed(Message):
    """Comes to the app behind a key, and then behind what widgets had to say to that key."""

    def __init__(self, key: Key, rounds: int) -> None:
        super().__init__()
        self.key, self.rounds = key, rounds


class _Last(NamedTuple):
    """The last key: which way it goes, which widget tells when it was dealt with, and until when that is awaited."""

    key: Key
    way: str
    widget: Widget
    until: float


class TypedAhead:
    """Keeps what is typed until its turn has come, and then has the app pass it on."""

    def __init__(self, app: App[int], pass_on: Callable[[Event], Coroutine[object, object, None]]) -> None:
        self._app, self._pass_on = app, pass_on
        self._last: _Last | None = None
        self._ready: WeakSet[Screen[object]] = WeakSet()
        self.kept: tuple[Event, ...] = ()

    def await_screen(self, screen: Screen[object]) -> None:
        """A screen is shown; it takes keys once it has put the cursor where the answer goes, which is up to the app."""
        screen.call_later(self._app.call_later, self._ready.add, screen)

    def keep(self, event: Key | Paste) -> bool:
        """Keep it if it has to wait, and tell whether it has."""
        if not self._must_wait(event):
            return False
        self.kept += (event,)
        if len(self.kept) == 1:
            Begin(self._app, "early")(self._deliver)
        return True

    def begin(self, key: Key) -> None:
        """This key is passed on now."""
        widget = self._app.focused or self._app.screen
        self._last = _Last(key, self._way(key), widget, time.monotonic() + _MOST_SECONDS_TO_SETTLE)

    def follow(self, key: Key, rounds: int = _ROUNDS_TO_SETTLE) -> None:
        """See that what it leads to was begun, by a message that follows it and what widgets send because of it."""
        last = self._last
        if last is None or key is not last.key:
            return  # what comes late says nothing of the key that was pressed since
        self._last = None
        if rounds and self.has_screen:
            widget = self._app.focused or self._app.screen
            if widget.post_message(Followed(key, rounds)):
                self._last = last._replace(widget=widget)

    @property
    def has_screen(self) -> bool:
        """Whether there is one that takes keys; between two screens there is only the empty one at the bottom."""
        return len(self._app.screen_stack) > 1 and self._app.screen in self._ready

    @property
    def is_next_due(self) -> bool:
        """Whether the first that is kept could be passed on."""
        return bool(self.kept) and self.has_screen and self._is_complete and self._has_its_turn(self.kept[0])

    @property
    def is_busy(self) -> bool:
        """Whether a key is on its way, and not waiting for what a screen has to find out."""
        return not self._is_settled or (bool(self.kept) and self._is_complete)

    @property
    def _is_complete(self) -> bool:
        return getattr(self._app.screen, "is_complete", True)

    @property
    def _is_settled(self) -> bool:
        last = self._last
        return last is None or not last.widget.is_running or time.monotonic() >= last.until

    def _must_wait(self, event: Event) -> bool:
        if not self.has_screen:
            return True
        is_at_once = getattr(event, "key", "") in _AT_ONCE
        takes_keys = self._has_its_turn(event) and getattr(self._app.screen, "takes_keys", True)
        return bool(self.kept) or not (is_at_once or takes_keys)

    def _has_its_turn(self, event: Event) -> bool:
        goes_along = self._last is not None and self._last.way != "" and self._last.way == self._way(event)
        return goes_along or self._is_settled

    def _way(self, event: Event) -> str:
        """What goes the same way stays in order, and leads nowhere else: what is written, and what moves the cursor."""
        from textual.widgets import TextArea  # the first screen has none, and is there sooner

        is_line_break = isinstance(self._app.focused, TextArea) and getattr(event, "key", "") == "enter"
        if isinstance(event, Paste) or is_line_break or getattr(event, "is_printable", False):
            return "written" if isinstance(self._app.focused, Input | TextArea) else ""
        return "moving" if getattr(event, "key", "").rpartition("+")[2] in _MOVES else ""

    async def _deliver(self) -> None:
        begun = time.monotonic()
        while self.kept:
            asleep = time.monotonic()
            await asyncio.sleep(_TURN_SECONDS)
            self._allow_for(time.monotonic() - asleep - _TURN_SECONDS)
            if self.is_next_due:
                # Behind what the screen has still to do itself, such as to move the cursor.
                self._app.screen.call_later(self._app.call_later, self._give_out)
            elif self.has_screen and time.monotonic() - begun > _LONG_WORK_SECONDS:
                self._end_long_work()

    def _allow_for(self, late: float) -> None:
        """A computer that is busy, or was suspended, is as late with what the last key leads to."""
        if self._last and late > 0:
            self._last = self._last._replace(until=self._last.until + late)

    def _end_long_work(self) -> None:
        """Work that takes long can be left; what was typed before that was for what is left."""
        keys = [getattr(event, "key", "") for event in self.kept]
        if ends := _ENDS_WORK.intersection(keys):
            first = min(map(keys.index, ends))
            event, self.kept = self.kept[first], self.kept[first + 1 :]
            self._app.call_later(self._pass_on, event)

    async def _give_out(self) -> None:
        while self.is_next_due:
            event, self.kept = self.kept[0], self.kept[1:]
            await self._pass_on(event)
