"""The admin's side: requests, seen on screens or exported at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wizard import schemes, starting, trouble
from wizard.client import request as requests
from wizard.commands import terminal
from wizard.console import hand_out, warn
from wizard.failure import Failure, Kind
from wizard.schemes import reading
from wizard.server import clashes, exports
from wizard.server.exports import saving
from wizard.text.language import _

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from wizard.client.request import Request


def admin(chosen: Namespace) -> int:
    """Show the pane; or, with a format or without a terminal, the text for all requests, and 1 where some clash.

    Raises:
        Failure: a request can't be read, asks for what can't be granted, or the text can't be saved.
    """
    paths = [Path(file) for file in chosen.files]
    if not (chosen.format or chosen.output) and terminal.sees_screens():
        starting.begin()
        from screens.admin import app

        return app.run(paths)
    if not paths:
        raise Failure(Kind.BAD_VALUE, _("Name the request file to export"))
    return _export(paths, chosen.format or "text", chosen.output)


def _export(paths: Sequence[Path], format_name: str, output: str | None) -> int:
    taken, refused = requests.read_all(paths)
    if refused:  # all or nothing: a text for half of the requests could be taken for the whole
        for failure in refused[1:]:
            warn(trouble.explain(failure).sentence)
        raise refused[0]
    contexts = [exports.context_of_request(one) for one in taken]
    format = exports.FORMATS[format_name]
    if format not in exports.for_admin(contexts):
        raise Failure(Kind.BAD_VALUE, _not_available(format_name, taken))
    found = clashes.among(taken)
    for sentence in _risks(taken):
        warn(sentence)
    for sentence in filter(None, map(clashes.takes_over, taken)):
        warn(f"! {sentence}")
    for clash in [*clashes.one_key(taken), *found]:
        warn(f"! {clash.sentence}")
    if output:
        saving.save(format, contexts, output)
    else:
        hand_out(format.render_all(contexts).rstrip("\n"))
    return 1 if found else 0


def _risks(taken: Sequence[Request]) -> list[str]:
    """What a thief of each key could do, told once for all those of whom the same is true."""
    alike: dict[str, list[str]] = {}
    for one in taken:
        scheme = schemes.of(one.profile)
        risk = reading.risk(one.profile) if one.only_reads else scheme.if_stolen(one.profile)
        alike.setdefault(risk, []).append(clashes.label(one))
    return [f"{', '.join(names)}: {risk}" for risk, names in alike.items()]


def _not_available(format_name: str, taken: Sequence[Request]) -> str:
    if len(taken) == 1:
        told = _("The format {format} isn't available for the scheme {scheme}")
    else:
        told = _("The format {format} isn't available for these requests together")
    return told.format(format=format_name, scheme=taken[0].scheme.kind)
