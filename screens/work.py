"""Work beside the screen: it is cancelled with what it is for, and one may replace another before that has begun."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ParamSpec, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from textual.dom import DOMNode
    from textual.worker import Worker, WorkType

Given = ParamSpec("Given")


class Begin:
    """Begins work for a widget, a screen or the app; with `only`, what is going on in its group is cancelled.

    The work is a function and its arguments. A coroutine would be left behind, with a warning, where the work is
    replaced before it begins.
    """

    def __init__(self, owner: DOMNode, group: str = "default", *, only: bool = False) -> None:
        self._owner, self._group, self._only = owner, group, only

    def __call__(
        self, work: Callable[Given, Coroutine[object, object, None]], *args: Given.args, **more: Given.kwargs
    ) -> Worker[None]:
        """Begin it."""
        function = cast("WorkType[None]", partial(work, *args, **more))
        return self._owner.run_worker(function, group=self._group, exclusive=self._only)
