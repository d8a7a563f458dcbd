"""What a restore tells while it runs, beside what rsync and a backup's run tell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wizard.client import rsync
from wizard.running.events import Planned, Retry
from wizard.storage import paths
from wizard.text import display
from wizard.text.language import _, ngettext

if TYPE_CHECKING:
    from wizard.restore.order import Order
    from wizard.restore.putting import Misfit

LATEST = "latest"
_DONE, _WITH_PROBLEMS = 0, 1


class Comparing(msgspec.Struct, frozen=True):
    """All has arrived, and is compared with what the server has, by content."""


class Putting(msgspec.Struct, frozen=True):
    """What was found equal is put in its place."""


class Result(msgspec.Struct, frozen=True):
    """The last event: what was restored, or in a practice run what would be.

    `restored` and `skipped` are files and links: those that were written, and those that were left as they are here,
    because they are the same already or by what the order says of files that are there. `differing` arrived otherwise
    than the server has them, so that they were not put in their places. `misfits` could not be put, and `problems` are
    rsync's complaints; `untold` more were counted and are not named.
    """

    name: str
    order: Order
    restored: int
    skipped: int
    bytes: int
    differing: tuple[str, ...] = ()
    problems: tuple[rsync.Problem, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    untold: int = 0
    is_practice: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether all that was wanted is here."""
        return not (self.differing or self.problems or self.misfits or self.untold)

    @property
    def exit_code(self) -> int:
        """What a command ends with."""
        return _DONE if self.is_whole else _WITH_PROBLEMS

    @property
    def sentence(self) -> str:
        """What was done, in words; only what was compared with the server is called restored."""
        told = [self._about_restored]
        if self.skipped:
            told.append(self._about_skipped)
        if self.restored and not self.is_practice:
            told.append(_("Each was compared with the server by content."))
        if not self.is_whole:
            told.append(_("Not everything could be restored. See the list above."))
        return " ".join(told)

    def as_json(self) -> dict[str, object]:
        """The object that `restore --json` prints; `to` is null where files went where they came from."""
        problems = [(one.path, one.message) for one in self.problems]
        problems += [(one.path, in_words(one)) for one in self.misfits]
        return {
            "profile": self.name,
            "version": self.order.version or LATEST,
            "to": self.order.to or None,
            "restored": self.restored,
            "skipped": self.skipped,
            "bytes": self.bytes,
            "differing": list(map(display.printable, self.differing)),
            "problems": [
                {"path": display.printable(path), "message": display.printable(message)} for path, message in problems
            ],
            "exit_code": self.exit_code,
        }

    @property
    def _about_restored(self) -> str:
        count = self.restored
        to = display.printable(paths.shown(Path(self.order.to))) if self.order.to else ""
        if self.is_practice and to:
            told = ngettext(
                "Nothing was written. A restore would put {count} file ({size}) into {to}.",
                "Nothing was written. A restore would put {count} files ({size}) into {to}.",
                count,
            )
        elif self.is_practice:
            told = ngettext(
                "Nothing was written. A restore would put back {count} file ({size}).",
                "Nothing was written. A restore would put back {count} files ({size}).",
                count,
            )
        elif to:
            told = ngettext("{count} file restored to {to}.", "{count} files restored to {to}.", count)
        else:
            told = ngettext(
                "{count} file restored to where it came from.",
                "{count} files restored to where they came from.",
                count,
            )
        return told.format(count=display.number(count), to=to, size=display.size(self.bytes))

    @property
    def _about_skipped(self) -> str:
        if self.is_practice:
            told = ngettext("{count} file would stay as it is.", "{count} files would stay as they are.", self.skipped)
        else:
            told = ngettext("{count} file kept as it was.", "{count} files kept as they were.", self.skipped)
        return told.format(count=display.number(self.skipped))


def in_words(misfit: Misfit) -> str:
    """Why something could not be put in its place."""
    path = display.printable(misfit.path)
    match misfit.why:
        case "is-folder":
            return _("Left as it is, because it is a folder here and none in the backup: {path}").format(path=path)
        case "is-no-folder":
            return _("Left as it is, because it is a folder in the backup and none here: {path}").format(path=path)
        case "failed":
            return _("Not restored: {path} ({reason})").format(path=path, reason=display.printable(misfit.reason))


Event = rsync.Event | Planned | Retry | Comparing | Putting | Result
