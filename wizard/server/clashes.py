"""Requests that can't all be granted as they are, because one would take another's place."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from wizard import schemes
from wizard.schemes import choosing, reading
from wizard.schemes.parts import daemon_modules, key_line
from wizard.server import line_order
from wizard.text.language import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from wizard.client.request import Request
    from wizard.server.line_order import Places


@dataclass(frozen=True)
class Clash:
    """Some requests, by their numbers in the list, and what is wrong with having all of them."""

    requests: tuple[int, ...]
    sentence: str


def among(requests: Sequence[Request]) -> list[Clash]:
    """Every clash, those of the same requests told once, by the graver sentence.

    They are taken to be for one server, since two names may well be one machine's.
    """
    found: dict[tuple[int, ...], Clash] = {}
    for numbers, sentence in _found(requests):
        names = list(dict.fromkeys(label(requests[number]) for number in numbers))
        clash = Clash(tuple(sorted(numbers)), _(sentence).format(computers=_named(names)))
        found.setdefault(clash.requests, clash)
    return list(found.values())


def _named(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    if more > 0:
        shown = ", ".join(names[:_MOST_NAMED])
        return ngettext("{names} and {count} more", "{names} and {count} more", more).format(names=shown, count=more)
    *first, last = names
    return _("{names} and {last}").format(names=", ".join(first), last=last) if first else last


def label(request: Request) -> str:
    """A request in a word or two."""
    name = reading.label(request.name) if request.only_reads else request.name
    return f"{name} ({request.server.user})"


def takes_over(request: Request) -> str:
    """What a request takes away from another computer, and may be a thief's; or an empty text."""
    if request.purpose != "adopt":
        return ""
    told = _(
        "{computer}: this request takes the backup over. The computer that makes it now can't any more. A thief could"
        " send this too, so ask the owner in person or by phone."
    )
    return told.format(computer=label(request))


def one_key(requests: Sequence[Request]) -> list[Clash]:
    """Those of one account that share a key, each from its own places: no clash, but maybe not the same person's."""
    told = _(
        "{computers}: one key in one account. From the places of {first}, it works for {first} only. A thief could send"
        " this too, so make sure that all of them come from the owner of the key."
    )
    found = []
    for numbers in _alike(requests, _key_in_account):
        ordered = sorted(numbers, key=lambda number: line_order.breadth(_places(requests[number])))
        if line_order.is_clear([_places(requests[number]) for number in ordered]):
            names = [label(requests[number]) for number in ordered]
            found.append(Clash(tuple(numbers), told.format(computers=_named(names), first=names[0])))
    return found


def _found(requests: Sequence[Request]) -> Iterator[tuple[Sequence[int], str]]:
    for what, sentence in _RULES:
        for numbers in _alike(requests, what):
            yield numbers, sentence
    yield from _in_a_module(requests)
    yield from _nested(requests)
    yield from _read_more(requests)
    yield from _of_one_key(requests)
    for number, request in enumerate(requests):
        if _is_in_another_home(request):
            yield (number,), N_("{computers}: the request is for a folder in another account's home.")


def _alike(requests: Sequence[Request], what: Callable[[Request], Hashable]) -> list[list[int]]:
    groups: dict[Hashable, list[int]] = {}
    for number, request in enumerate(requests):
        if (value := what(request)) is not None:
            groups.setdefault(value, []).append(number)
    return [numbers for numbers in groups.values() if len(numbers) > 1]


def _of_one_key(requests: Sequence[Request]) -> Iterator[tuple[Sequence[int], str]]:
    """Those with one key, unless all are in one account, and its lines have an order in which each of them works."""
    in_order = set[tuple[int, ...]]()
    for numbers in _alike(requests, _key_in_account):
        all_places = [_places(requests[number]) for number in numbers]
        if line_order.is_clear(all_places):
            in_order.add(tuple(numbers))
        else:
            yield numbers, _SAME_PLACES if len(set(all_places)) == 1 else _UNCLEAR_PLACES
    for numbers in _alike(requests, _key):
        if tuple(numbers) not in in_order:
            yield numbers, _SAME_KEY


def _places(request: Request) -> Places:
    """Those of each line that the key gets."""
    return (request.scheme.from_,) if request.only_reads else key_line.places(request.profile)


def _in_a_module(requests: Sequence[Request]) -> Iterator[tuple[Sequence[int], str]]:
    """Those that open the very same folder, as at least one of them has a module, which isn't locked to one backup."""
    for numbers in _alike(requests, lambda request: None if request.only_reads else _reached(request)):
        if any(_is_of_shared_daemon(requests[number]) for number in numbers):
            yield numbers, _SAME_FOLDER


def _nested(requests: Sequence[Request]) -> Iterator[tuple[Sequence[int], str]]:
    """Those whose folders are inside another's, the outermost first; in order, they follow that one at once."""
    exact = [_reached(request) for request in requests]
    folded = list(map(_folded, exact))
    group: list[int] = []
    written_to = [number for number, request in enumerate(requests) if not request.only_reads]
    for number in [*sorted(written_to, key=folded.__getitem__), None]:
        if group and number is not None and folded[number].startswith(folded[group[0]]):
            group.append(number)
            continue
        inner = [one for one in group if folded[one] != folded[group[0]]]
        if inner:
            is_sure = any(exact[one].startswith(exact[group[0]]) for one in inner)
            yield group, _INSIDE if is_sure else _MAYBE_INSIDE
        group = [] if number is None else [number]


def _read_more(requests: Sequence[Request]) -> Iterator[tuple[Sequence[int], str]]:
    """Requests to read a backup in whose folder others are, the reader first."""
    for number, reader in enumerate(requests):
        if not reader.only_reads:
            continue
        folder = _plain(f"{choosing.full_root(reader.profile)}/{reader.name}")
        inner = [at for at, one in enumerate(requests) if not one.only_reads and folder != _reached(one)]
        if inner := [at for at in inner if _reached(requests[at]).startswith(folder)]:
            yield [number, *inner], _READS_MORE


def _itself(request: Request) -> Hashable:
    return request


def _name(request: Request) -> Hashable:
    return request.server.user, request.name, request.only_reads


def _name_in_any_case(request: Request) -> Hashable:
    return request.server.user, request.name.lower(), request.only_reads


def _place(request: Request) -> Hashable:
    """The folder that the backup lands in; what only reads takes no place."""
    return None if request.only_reads else _plain(f"{choosing.full_root(request.profile)}/{request.name}")


def _place_in_any_case(request: Request) -> Hashable:
    return None if request.only_reads else _folded(_plain(f"{choosing.full_root(request.profile)}/{request.name}"))


def _module(request: Request) -> Hashable:
    return daemon_modules.name(request.profile) if _is_of_shared_daemon(request) else None


def _name_of_shared_daemon(request: Request) -> Hashable:
    return request.name if _is_of_shared_daemon(request) else None


def _is_of_shared_daemon(request: Request) -> bool:
    """Whether backups go to a module of the server's own daemon; a daemon behind a key has its modules to itself."""
    scheme = schemes.of(request.profile)
    return scheme.uses_module and not scheme.uses_ssh and not request.only_reads


def _reached(request: Request) -> str:
    """All that whoever has the key or the password can write to: a module is open from its root on."""
    profile = request.profile
    server = msgspec.structs.replace(profile.server, root=choosing.full_root(profile))
    return _plain(schemes.opened_folder(msgspec.structs.replace(profile, server=server)))


def _plain(path: str) -> str:
    return "/".join(["", *filter(None, path.split("/")), ""])


def _folded(path: str) -> str:
    """The path as a file system has it that does not tell capitals, or ways to write an accent, apart."""
    return unicodedata.normalize("NFC", path.casefold())


def _is_in_another_home(request: Request) -> bool:
    home, user = _HOME.match(_reached(request)), request.server.user.lower()
    return home is not None and home[1].lower() not in {user, user.split("@")[0], *user.split("\\")}


def _key_in_account(request: Request) -> Hashable:
    return (request.server.user, _key(request)) if request.public_key else None


def _key(request: Request) -> Hashable:
    return tuple(request.public_key.split(" ", 2)[:2]) if request.public_key else None


_HOME = re.compile(r"/home/([^/]+)/")
_MOST_NAMED = 3
_SAME_FOLDER = N_(
    "{computers}: all open the same folder. Anyone who can change one of the backups can change the others."
)
_READS_MORE = N_(
    "{computers}: other backups are in the folder that the first wants to read, so it could also read the backups of"
    " the others."
)
_INSIDE = N_(
    "{computers}: one backup would be inside the other. Anyone with the outer one's key can change the inner one."
)
_MAYBE_INSIDE = N_("{computers}: one backup would be inside the other on a server that ignores capital letters.")
_RULES = (
    (_itself, N_("{computers}: the same request is open more than once.")),
    (_name, N_("{computers}: several requests are for the same backup, so one setup would replace the other.")),
    (_place, N_("{computers}: the backups would use the same folder and overwrite each other.")),
    (
        _name_in_any_case,
        N_("{computers}: the names differ only in capital letters. ssh and some file systems treat them as one."),
    ),
    (
        _module,
        N_("{computers}: both use the same module, and the rsync daemon accepts only one. Give each its own module."),
    ),
    (
        _name_of_shared_daemon,
        N_("{computers}: the backups have one name, and the rsync daemon of a server can serve only one such backup."),
    ),
    (
        _place_in_any_case,
        N_("{computers}: the backups would use the same folder on a server that ignores capital letters."),
    ),
)
_SAME_PLACES = N_("{computers}: the same key is used twice in one account. sshd uses only the first line.")
_UNCLEAR_PLACES = N_(
    "{computers}: the same key is used twice in one account, from addresses that overlap or can't be compared. There,"
    " sshd uses only the first line."
)
_SAME_KEY = N_("{computers}: these computers have the same key, so either one can act as the other.")
