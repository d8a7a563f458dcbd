"""One trouble: what is broken, what is done then, and what has to be said of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support import deprived
from tests.support.attacks.case import Case, Fault
from wizard.running import report
from wizard.trouble import Sure, Trouble, Who

if TYPE_CHECKING:
    from wizard.failure import Kind

YOU, ADMIN, NOBODY = Who.YOU, Who.ADMIN, Who.NOBODY
SURELY, PROBABLY, CANT_TELL = Sure.SURELY, Sure.PROBABLY, Sure.CANT_TELL
Act = Callable[[Case], Awaitable[Trouble | None]]


async def back_up(case: Case) -> Trouble | None:
    """The backup; what it says if it came to its end and left files out."""
    return report.left_out(await report.backup(case.profile, case.access))


def without(lack: Callable[[], None]) -> Act:
    """The backup, from a computer that lacks something."""

    async def act(case: Case) -> Trouble | None:
        return await deprived.of(lack, lambda: back_up(case))

    return act


@dataclass(frozen=True)
class Row:
    """What is broken, and what has to be said of it."""

    broken: str
    fault: Fault
    kind: Kind
    who: Who
    says: str = ""
    sure: Sure | None = None
    scheme: str = "rrsync"
    act: Act = back_up
    asks_without: Callable[[], None] | None = None
    writes: bool = False

    def __str__(self) -> str:
        return f"{self.scheme}: {self.broken}"
