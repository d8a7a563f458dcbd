"""Attacks with the stock rsync on older versions of the backup: what each gains is found out by `Plundered`.

Whether anything of the versions has changed, `table` looks at after each.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.support.attacks.targets import GONE, SECRETS, VERSION, VERSION_FROM_BACKUP
from tests.support.servers.office import ACCOUNT, HOST
from tests.support.versions.office import LINK, NAME
from wizard.schemes.if_stolen import Ability

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.attacks.plundered import Plundered

    Attack = Callable[[Plundered], object]

_INSIDE = "daily.1/files"
_WAYS = (VERSION, f"{LINK}/{_INSIDE}", VERSION_FROM_BACKUP)
_DOOR = "way"
_SUMS = ("--no-whole-file", "-B1", "--debug=deltasum3", "-I")


def writing_into_a_version(thief: Plundered) -> None:
    letter = thief.letter("something else")
    for way in _WAYS:
        thief.push("-I", letter, to=f"{way}/")
        thief.push("-I", "--inplace", letter, to=f"{way}/")
        thief.push("--delete", f"{thief.source}/", to=f"{way}/")
        thief.push("--delete-missing-args", GONE, to=f"{way}/")
    thief.rsync("-I", letter, f"{ACCOUNT}@{HOST}:{VERSION}/")


def reading_a_version(thief: Plundered) -> None:
    for way in _WAYS:
        thief.pull(f"{way}/")
        thief.pull(f"{way}/{GONE}", "--no-W", "--no-R", "--remove-source-files")
    thief.rsync("--no-R", f"{ACCOUNT}@{HOST}:{VERSION}/", f"{thief.loot}/")


def writing_through_a_link_to_a_version(thief: Plundered) -> None:
    for more in ((), ("-M--no-munge-links",)):
        thief.plant(_DOOR, VERSION, *more)
        thief.tool(f"in/{_DOOR}/{thief.source}/letter.txt")
        inner = f"{thief.tools}/in/./{_DOOR}/{thief.source}/letter.txt"
        for options in (("-I",), ("-I", "--inplace"), ("-I", "-K"), ("-I", "--chmod=F666,D777")):
            thief.push(*more, *options, "--no-implied-dirs", inner)
            thief.push(*more, *options, "--no-R", inner, to=f"{_DOOR}/{thief.source}/")
        thief.push(*more, "--delete", "--no-implied-dirs", f"{thief.tools}/in/./{_DOOR}/{thief.source}/")


def reading_through_a_link_to_a_version(thief: Plundered) -> None:
    thief.plant(_DOOR, VERSION)
    thief.pull(f"{_DOOR}/")
    thief.pull(f"{_DOOR}/{GONE}", "--remove-source-files")
    thief.pull("", "-L")
    thief.pull("", "-k", "--copy-unsafe-links")


def comparing_with_a_version(thief: Plundered) -> None:
    thief.plant(_DOOR, VERSION)
    thief.tool(GONE, "x")
    for option in ("compare-dest", "copy-dest", "link-dest"):
        for base in _bases():
            thief.push(*_SUMS, f"--{option}={base}", GONE)


def guessing_what_is_in_a_version(thief: Plundered) -> None:
    def sent(text: str) -> set[str]:
        thief.tool(GONE, text)
        for base in _bases():
            thief.push("-nc", f"--out-format=%i {base}", f"--compare-dest={base}", GONE)
        return {line.partition(" ")[2] for line in thief.wait().splitlines() if line.startswith("<f")}

    thief.plant(_DOOR, VERSION)
    guess = SECRETS["versions"][0].decode()
    if sent(guess.upper()) - sent(guess):
        thief.learnt.add(Ability.EVERYTHING)


def what_a_version_has_put_into_the_backup(thief: Plundered) -> None:
    """A file of known size and time is copied or linked from there by the server itself."""
    thief.plant(_DOOR, VERSION)
    kept = thief.office.path(f"{VERSION}/{GONE}").lstat()
    os.utime(thief.tool(GONE, "x" * kept.st_size), ns=(kept.st_mtime_ns, kept.st_mtime_ns))
    folders = []
    for option in ("copy-dest", "link-dest"):
        for number, base in enumerate(_bases()):
            folders.append(f"{option}-{number}/")
            thief.push(f"--{option}={base if base.startswith('/') else f'../{base}'}", GONE, to=folders[-1])
    thief.wait()
    for folder in folders:
        thief.pull(f"{folder}{GONE}")
        thief.push("-I", "--inplace", GONE, to=folder)


def a_version_to_put_things_in(thief: Plundered) -> None:
    thief.plant(_DOOR, VERSION)
    for option in ("backup-dir", "temp-dir", "partial-dir"):
        for base in (VERSION, VERSION_FROM_BACKUP, _DOOR):
            for words in (("-b", f"--{option}={base}"), (f"-M--{option}={base}", "--delay-updates")):
                thief.push(*words, thief.letter(f"something else for {words}"))


def modules_that_read_versions(thief: Plundered) -> None:
    letter = thief.letter("something else")
    for module in ("versions", "restore", f"{NAME}+versions", f"{NAME}+restore", ACCOUNT):
        there = f"{ACCOUNT}@{HOST}::{module}/{_INSIDE}/"
        if thief.profile.scheme.kind == "daemon":
            there = f"rsync://{ACCOUNT}@{HOST}:{thief.office.daemon_port}/{module}/{_INSIDE}/"
        thief.rsync("--no-R", there, f"{thief.loot}/")
        thief.rsync("-I", letter, there)


def rules_that_name_files_of_a_version(thief: Plundered) -> None:
    (thief.tools / thief.source).mkdir()
    thief.plant(_DOOR, VERSION)
    for base in (VERSION, f"../{VERSION_FROM_BACKUP}", f"../{_DOOR}"):
        for way in (("--delete",), ("-m",)):
            thief.push("-n", *way, f"--filter=: {base}/{GONE}", f"{thief.source}/")
        thief.pull(
            f"{thief.source}/",
            "-n",
            f"--filter=: {base}/{GONE}",
            f"-M--filter=. {base}/{GONE}",
            f"-M--exclude-from={base}/{GONE}",
        )


def a_list_that_lies_in_a_version(thief: Plundered) -> None:
    for way in _WAYS:
        thief.rsync(f"--files-from=:{way}/{GONE}", thief.there(), f"{thief.loot}/")
        thief.rsync(f"--files-from=:{way}/{GONE}", f"{thief.tools}/", thief.there())


def a_log_in_a_version(thief: Plundered) -> None:
    thief.tool("new.txt")
    for way in _WAYS:
        thief.push(f"-M--log-file={way}/{GONE}", "new.txt")
        thief.push(f"--rsync-path=rsync --log-file={way}/{GONE}", "new.txt")


def _bases() -> Iterator[str]:
    yield from (VERSION, VERSION_FROM_BACKUP, _DOOR, f"/{_DOOR}")


ATTACKS: tuple[Attack, ...] = tuple(
    attack
    for name, attack in list(globals().items())
    if not name.startswith("_") and callable(attack) and getattr(attack, "__module__", "") == __name__
)
