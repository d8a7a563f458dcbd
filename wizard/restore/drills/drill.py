"""What a drill came to, and the small file beside the backup in which the last one is kept."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import Literal

import msgspec

from wizard.failure import Failure
from wizard.storage import state_files
from wizard.text import display
from wizard.text.language import N_, _, ngettext

How = Literal["restored", "checksums", "sizes-and-times", "none"]
Why = Literal["", "no-backup", "no-files", "one-command", "refused"]

_FILE = "last-drill.json"
_MOST_NAMED = 5
_DONE, _WITH_PROBLEMS = 0, 1
_REASONS: dict[Why, str] = {
    "no-backup": N_("Nothing could be compared, because there is no good backup yet."),
    "no-files": N_("Nothing could be compared: no file here is as it was when the last good backup began."),
    "one-command": N_("Nothing could be compared, because this server's login shell (rssh) takes one command only."),
    "refused": N_("Nothing could be compared: the server's settings for this key don't allow comparing files."),
}


class Drill(msgspec.Struct, frozen=True, kw_only=True):
    """How some files were compared, how many, how many were equal, and the names of those that were not, to be shown.

    `restored` are compared by content, once they came back; `checksums` on the server, by what it computes of its
    files. Where it computes none, `sizes-and-times` show no more than that a file is there, so that none is called
    equal. A file that is not on the server differs. `not_tested` are those that changed here meanwhile, or that can't
    be read; and `why` is the reason where nothing was compared.
    """

    when: datetime | None = None
    how: How = "none"
    equal: int = 0
    differing: tuple[str, ...] = ()
    not_tested: int = 0
    why: Why = ""

    @property
    def files(self) -> int:
        """How many files were chosen."""
        return self.equal + len(self.differing) + self.not_tested

    @property
    def exit_code(self) -> int:
        """What a command ends with: that nothing was compared is no good news."""
        return _WITH_PROBLEMS if self.differing or self.how == "none" else _DONE

    @property
    def sentence(self) -> str:
        """The result in words."""
        return " ".join(filter(None, (self._result, self.in_what_way, self._about_not_tested)))

    @property
    def told(self) -> str:
        """The same, with how long ago it was; empty where there was none yet."""
        return self._with_age(self.sentence)

    @property
    def in_short(self) -> str:
        """The same without how it was found."""
        return self._with_age(self._result)

    @property
    def warning(self) -> str:
        """The same, if a file differs; else an empty text."""
        return self.told if self.differing else ""

    @property
    def in_what_way(self) -> str:
        """How files were compared, in words."""
        match self.how:
            case "restored":
                return _("They were taken back and compared by content.")
            case "checksums":
                return _("The server compared them by checksums, because this computer may not read its backup.")
            case "sizes-and-times":
                return _("Only sizes and times were compared, because this key can't do more than back up.")
        return ""

    @property
    def names(self) -> str:
        """The first of the names that differ, and how many more there are."""
        names = ", ".join(self.differing[:_MOST_NAMED])
        more = len(self.differing) - _MOST_NAMED
        if more <= 0:
            return names
        return ngettext("{names} and {count} more", "{names} and {count} more", more).format(names=names, count=more)

    def as_json(self, name: str) -> dict[str, object]:
        """The object that `drill --json` prints."""
        return {
            "profile": name,
            "how": self.how,
            "files": self.files,
            "equal": self.equal,
            "differing": list(self.differing),
            "not_tested": self.not_tested,
        }

    def _with_age(self, result: str) -> str:
        if self.when is None:
            return ""
        age = display.ago((datetime.now(UTC) - self.when).total_seconds())
        return _("{age}: {result}").format(age=age, result=result)

    @property
    def _result(self) -> str:
        if self.how == "none":
            return _(_REASONS[self.why]) if self.why else ""
        return self._about_differing or self._about_equal

    @property
    def _about_differing(self) -> str:
        if not self.differing:
            return ""
        told = ngettext(
            "{count} of {files} differs on the server, or is missing: {names}.",
            "{count} of {files} differ on the server, or are missing: {names}.",
            len(self.differing),
        )
        count = display.number(len(self.differing))
        return told.format(count=count, files=display.files(self.files), names=self.names)

    @property
    def _about_equal(self) -> str:
        if self.how == "sizes-and-times":
            count = self.not_tested
            told = ngettext(
                "{count} file, chosen at random, is on the server.",
                "{count} files, chosen at random, are on the server.",
                count,
            )
        else:
            count = self.equal
            told = ngettext(
                "{count} file, chosen at random, is the same on the server.",
                "{count} files, chosen at random, are the same on the server.",
                count,
            )
        return told.format(count=display.number(count))

    @property
    def _about_not_tested(self) -> str:
        if not self.not_tested or self.how in {"none", "sizes-and-times"}:
            return ""
        return ngettext(
            "{count} file wasn't compared, because it changed here meanwhile or can't be read.",
            "{count} files weren't compared, because they changed here meanwhile or can't be read.",
            self.not_tested,
        ).format(count=display.number(self.not_tested))


def note(name: str, drill: Drill) -> None:
    """Keep it as the last one; on a full disk, the next time."""
    with contextlib.suppress(Failure):
        state_files.save(name, _FILE, drill, lasting=False)


def last(name: str) -> Drill:
    """The last one; one without a time where there was none yet, or where its file can't be read."""
    return state_files.load(name, _FILE, Drill, Drill())


def now() -> datetime:
    """This moment, as it is kept."""
    return datetime.now(UTC).replace(microsecond=0)
