"""Attacks with a client that speaks the protocol by hand: what each gains is found out by `Plundered`."""

from __future__ import annotations

import functools
import re
from stat import S_IFCHR, S_IFREG
from typing import TYPE_CHECKING

from tests.attacks import reading
from tests.attacks.differences import NEIGHBOUR
from tests.attacks.protocol.messages import BACKUP_BASIS, FUZZY_BASIS, PARTIAL_BASIS, Entry, Transfer, folder, link
from tests.support.attacks.targets import GONE, LETTER, VERSION, VERSION_FROM_BACKUP
from tests.support.servers.office import ACCOUNT
from wizard.schemes.if_stolen import Ability

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.attacks.plundered import Plundered

    Attack = Callable[[Plundered], object]

PIN = b"47"
PIN_TIME = 1_650_000_000
_LINKS = "-lWHogDtpe.LsfxCIvu"
_EVIL = b"put here by a thief"
_KEPT = tuple(f"{way}/{GONE}".encode() for way in (VERSION, VERSION_FROM_BACKUP))


def overwriting_unasked(thief: Plundered) -> None:
    name = b"letter.txt"
    thief.visit([folder(b"."), Entry(name, size=len(_EVIL))], [Transfer(name, [_EVIL])])


def reading_without_a_checksum(thief: Plundered) -> None:
    for options in ("", _LINKS):
        there = functools.partial(thief.visit, options=options)
        _tell(thief, reading.read_back(there, b"pin.txt"))


def reading_with_kept_parts(thief: Plundered) -> None:
    for more in (b"--partial", b"--partial-dir=parts"):
        _tell(thief, reading.read_back(thief.visit, b"pin.txt", unverified={"more": (more,)}))


def reading_a_second_name_s_backup(thief: Plundered) -> None:
    there = functools.partial(thief.visit, options=_LINKS)
    for suffix in (b"~", b"0" * 255):
        _tell(thief, reading.guess_through(there, b"pin.txt", len(PIN), PIN_TIME, suffix=suffix))


def reading_through_many_names(thief: Plundered) -> None:
    there = functools.partial(thief.visit, options=_LINKS)
    _tell(thief, reading.through_links(there, b"pin.txt", len(PIN), PIN_TIME))


def reading_a_temporary_file(thief: Plundered) -> None:
    (thief.tools / "nothing").mkdir()

    def temporary() -> bytes:
        for _ in range(20):  # it is made as soon as the server comes to it
            thief.push("-n", "--delete", "--out-format=%i %n", "nothing/./")
            if found := re.search(r"\.pin\.txt\.\w{6}", said := thief.wait()):
                return found[0].encode()
            if "pin.txt" not in said:
                break
        return b""

    thief.push("-n", "--delete", "--out-format=%i %n", "nothing/./")
    if "pin.txt" in thief.wait():
        there = functools.partial(thief.visit, seconds=30)
        _tell(thief, reading.through_temporary_file(there, b"pin.txt", len(PIN), temporary))


def guessing_with_blocks(thief: Plundered) -> None:
    name = b"letter.txt"

    def is_right(guess: bytes) -> bool:
        size = len(LETTER)
        copied = Transfer(name, range(size), (size, 1, 0), digest=reading.digest(guess))
        said = thief.visit([folder(b"."), Entry(name, size=size)], [copied] * 2)
        return f"{name.decode()} failed verification" not in said.text

    if is_right(LETTER) and not is_right(LETTER.replace(b"4711", b"4712")):
        thief.learnt.add(Ability.GUESS)


def names_that_lead_outside(thief: Plundered) -> None:
    for name in (
        b"../../../%s/evil.txt",
        b"/home/%s/evil.txt",
        b"./../../../%s/evil.txt",
        b"x/../../../../%s/evil.txt",
    ):
        path = name % NEIGHBOUR.encode()
        thief.visit([folder(b"."), Entry(path, size=len(_EVIL))], [Transfer(path, [_EVIL])])


def a_link_and_a_file_behind_it(thief: Plundered) -> None:
    outside = f"/home/{NEIGHBOUR}".encode()
    planted = [folder(b"."), link(b"door", outside)]
    evil = Entry(b"door/evil.txt", size=len(_EVIL))
    thief.visit(planted)
    for entries in ([*planted, evil], [folder(b"."), folder(b"door"), evil], [*planted, folder(b"door"), evil]):
        thief.visit(entries, [Transfer(evil.name, [_EVIL])])


def names_that_lead_into_a_version(thief: Plundered) -> None:
    for name in (*_KEPT, b"./" + _KEPT[1], b"x/../" + _KEPT[1]):
        thief.visit([folder(b"."), Entry(name, S_IFREG | 0o666, size=len(_EVIL))], [Transfer(name, [_EVIL])])


def a_link_to_a_version_and_files_behind_it(thief: Plundered) -> None:
    planted = [folder(b"."), link(b"way", VERSION.encode())]
    letter = Entry(b"way/Documents/letter.txt", S_IFREG | 0o666, size=len(_EVIL))
    inside = [folder(b"way", 0o777), folder(b"way/Documents", 0o777), letter]
    thief.visit(planted)
    for entries in ([*planted, letter], [folder(b"."), *inside], [*planted, *inside], [folder(b"."), letter]):
        thief.visit(entries, [Transfer(letter.name, [_EVIL])])
    # The server makes the second of two names by itself.
    kept = thief.office.path(f"{VERSION}/Documents/letter.txt").lstat()
    same = Entry(letter.name, size=kept.st_size, mtime=int(kept.st_mtime), links=b"one")
    thief.visit([folder(b"."), same, Entry(b"probe", links=b"one")], options=_LINKS)
    thief.pull("probe")


def other_files_to_build_on(thief: Plundered) -> None:
    for kind in (FUZZY_BASIS, BACKUP_BASIS, PARTIAL_BASIS):
        outside = (b"../letter.txt", b"../../../.ssh/id_backup", b"/etc/passwd", *_KEPT)
        for basis in (b"letter.txt", *outside):
            if _is_built_on(thief, kind, basis):
                thief.learnt.add(Ability.GUESS if basis == b"letter.txt" else Ability.EVERYTHING)


def _is_built_on(thief: Plundered, kind: int, basis: bytes) -> bool:
    name = b"probe.txt"
    first = {b"letter.txt": LETTER, b"../letter.txt": LETTER, b"/etc/passwd": b"root"}.get(basis, b"a private key")[:1]
    copied = Transfer(name, [0], (1, 1, 0), kind, basis, digest=reading.digest(first))
    thief.visit([folder(b"."), Entry(name, size=1)], [copied])
    probe = thief.office.path(f"/home/{ACCOUNT}/backup/{thief.profile.name}/{name.decode()}")
    return probe.exists() and probe.read_bytes() == first


def rules_sent_unasked(thief: Plundered) -> None:
    there = thief.visit
    if thief.profile.scheme.allow_delete:  # a server that deletes takes rules; an exact command has that in it
        there = functools.partial(there, options="-lWogDtpre.LsfxCIvu", more=(b"--delete",))
    for rules in (
        [b": letter.txt"],
        [b". ../../.ssh/id_backup"],
        [b": /home/amanda/.ssh/id_backup"],
        *([b". " + kept] for kept in _KEPT),
    ):
        said = there([folder(b"."), folder(thief.source.encode())], filters=rules, seconds=1)
        thief.heard += said.text


def devices(thief: Plundered) -> None:
    thief.visit([folder(b"."), Entry(b"device", S_IFCHR | 0o666, device=(1, 5))])


def modes_by_hand(thief: Plundered) -> None:
    thief.visit([folder(b".", 0)])
    thief.visit([folder(b".", 0o7777), Entry(b"shell", S_IFREG | 0o6777, size=1)], [Transfer(b"shell", [b"x"])])


def transfers_of_what_is_no_file(thief: Plundered) -> None:
    source = thief.source.encode()
    thief.visit([folder(b"."), folder(source)], [Transfer(source, [_EVIL])])
    thief.visit([folder(b"."), Entry(source, size=1)], [Transfer(source, [b"x"])])


def _tell(thief: Plundered, read: bytes) -> None:
    if read == PIN:
        thief.learnt.add(Ability.READ_WITH_TOOLS)


ATTACKS: tuple[Attack, ...] = tuple(
    attack
    for name, attack in list(globals().items())
    if not name.startswith("_") and callable(attack) and getattr(attack, "__module__", "") == __name__
)
