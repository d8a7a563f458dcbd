"""Attacks with the stock rsync that are to read: what each gains is found out by `Plundered`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.attacks.differences import NEIGHBOUR
from tests.support.attacks.targets import LETTER
from tests.support.servers.office import ACCOUNT, HOST
from tests.support.servers.placing import OWN, ROOT
from wizard.schemes.if_stolen import Ability

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.attacks.plundered import Plundered

    Attack = Callable[[Plundered], object]

_HOME = f"/home/{ACCOUNT}"
_BOB = f"/home/{NEIGHBOUR}"
_SUMS = ("--no-whole-file", "-B1", "--debug=deltasum3", "-I")


def reading_plainly(thief: Plundered) -> None:
    thief.pull(f"{thief.source}/")


def reading_all(thief: Plundered) -> None:
    thief.pull("", "--no-W", "--no-R")


def listing(thief: Plundered) -> None:
    thief.rsync("--list-only", thief.there())
    thief.rsync("--list-only", thief.there(f"{thief.source}/"))
    thief.rsync("--list-only", "--no-R", "--no-W", thief.there())


def sums_of_bytes(thief: Plundered) -> None:
    letter = thief.letter("x")
    thief.push(*_SUMS, letter)
    thief.push("--debug=deltasum3", "-I", "--no-W", "-M-B1", letter)
    thief.push("--debug=deltasum3", "-I", "--no-W", letter)


def _sums_beside(thief: Plundered, option: str) -> None:
    thief.tool("letter.txt", "x")
    for base in (thief.source, f"/{thief.source}", f"/{thief.profile.name}/{thief.source}", f"{OWN}/{thief.source}"):
        thief.push(*_SUMS, f"--{option}={base}", "letter.txt")
    thief.push(*_SUMS, f"--{option}={_HOME}/.ssh", "id_backup")


def compare_dest(thief: Plundered) -> None:
    _sums_beside(thief, "compare-dest")


def copy_dest(thief: Plundered) -> None:
    _sums_beside(thief, "copy-dest")


def link_dest(thief: Plundered) -> None:
    _sums_beside(thief, "link-dest")


def alike_names(thief: Plundered) -> None:
    thief.tool(f"{thief.source}/inner/diary-8151.txt")
    thief.push("-y", "-vvv", f"{thief.source}/inner/diary-8151.txt")
    thief.push("-y", *_SUMS, f"{thief.source}/inner/diary-8151.txt")
    thief.push("-M-y", *_SUMS, f"{thief.source}/inner/diary-8151.txt")


def talkative_server(thief: Plundered) -> None:
    letter = thief.letter("x")
    thief.push("-vvv", letter)
    thief.push("-M-vvvv", "-M--debug=all", letter)
    thief.push("-M--info=all4", "--stats", letter)


def confirming_a_guess(thief: Plundered) -> None:
    def is_sent(text: str, *words: str) -> bool:
        thief.push("-nc", "--out-format=%i %n", *words, thief.letter(text))
        return ">f" in thief.wait().replace("<f", ">f")

    guess = LETTER.decode()
    for words in ((), ("-ii",)):
        if not is_sent(guess, *words) and is_sent(guess.replace("4711", "4712"), *words):
            thief.learnt.add(Ability.GUESS)


def reading_outside(thief: Plundered) -> None:
    for path in ("/etc/passwd", "../../../etc/passwd", f"{thief.source}/../../../../../etc/passwd", "../../.ssh/"):
        thief.pull(path)
    thief.rsync(f"{ACCOUNT}@{HOST}:/etc/passwd", f"{thief.loot}/")


def reading_through_a_planted_link(thief: Plundered) -> None:
    thief.plant("lnk", f"{_HOME}/.ssh")
    thief.pull("lnk/")
    thief.pull("lnk/id_backup")
    thief.pull("", "-L")
    thief.pull("lnk", "--copy-unsafe-links", "-k")


def comparing_through_a_planted_link(thief: Plundered) -> None:
    thief.plant("lnk", f"{_HOME}/.ssh")
    thief.tool("id_backup", "x")
    for base in ("lnk", "/lnk", f"/{thief.profile.name}/lnk", f"{OWN}/lnk"):
        for option in ("copy-dest", "compare-dest", "link-dest"):
            thief.push(*_SUMS, f"--{option}={base}", "id_backup")


def files_from_on_the_server(thief: Plundered) -> None:
    for path in (f"{_HOME}/.ssh/id_backup", f"{thief.source}/letter.txt", f"{OWN}/{thief.source}/letter.txt"):
        thief.rsync(f"--files-from=:{path}", thief.there(), f"{thief.loot}/")
        thief.rsync(f"--files-from=:{path}", f"{thief.tools}/", thief.there())


def rules_that_name_files(thief: Plundered) -> None:
    (thief.tools / thief.source).mkdir()
    for way in (("--delete",), ("-m",), ("-M-m",)):
        for path in ("letter.txt", f"/{thief.source}/letter.txt"):
            thief.push(*way, f"--filter=: {path}", "-n", f"{thief.source}/")
    for path in ("../../../.ssh/id_backup", f"{_HOME}/.ssh/id_backup", "/../../.ssh/id_backup"):
        thief.push("-n", "--delete", f"--filter=: {path}", f"{thief.source}/")
        thief.push("-n", "-m", f"--filter=: {path}", f"{thief.source}/")
        thief.pull(f"{thief.source}/", "-n", f"--filter=: {path}")
        thief.pull(f"{thief.source}/", "-n", f"-M--filter=. {path}", f"-M--exclude-from={path}")


def rules_through_a_planted_link(thief: Plundered) -> None:
    thief.plant("rules", f"{_HOME}/.ssh/id_backup")
    for way in ("--delete", "-m"):
        thief.push("-n", way, "--filter=: rules", ".")
    thief.pull("", "-n", "--filter=: rules")


def listing_what_would_be_deleted(thief: Plundered) -> None:
    (thief.tools / thief.source / "inner").mkdir(parents=True)
    thief.push("-n", "--delete", "--out-format=%i %n", f"{thief.source}/")


def the_other_computer(thief: Plundered) -> None:
    letter = thief.letter("something else")
    for to in ("../other/", f"{ROOT}/other/", "/other/"):
        thief.push(letter, to=to)
        thief.pull(f"{to}{letter}")
        thief.push(*_SUMS, letter, to=to)
        thief.push("--delete", "--existing", letter, to=to)


ATTACKS: tuple[Attack, ...] = tuple(
    attack
    for name, attack in list(globals().items())
    if not name.startswith("_") and callable(attack) and getattr(attack, "__module__", "") == __name__
)
