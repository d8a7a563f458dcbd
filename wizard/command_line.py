"""The command line's words."""

from __future__ import annotations

import argparse
import importlib
from typing import TYPE_CHECKING, NoReturn

from wizard import starting
from wizard.command_names import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_FORMATS = ("text", "authorized-keys", "rsyncd", "secrets", "script", "ansible", "request")
_FORMATS_TOLD = (
    "text: a message; authorized-keys, rsyncd, secrets: the lines alone; script: a shell script that does it all; "
    "ansible: a playbook; request: a file for “backup-wizard admin”"
)
_EXITS = (
    "Exit codes: 0 done; 1 done, and the answer is bad (a lock is open, some files failed); 2 wrong usage or a bad "
    "profile; 69 a server, program or keyring is unavailable; 75 waiting for the server's admin."
)


class _Parser(argparse.ArgumentParser):
    """Tells of wrong usage as any other failure is told: what happened, who mends it, what to do."""

    def error(self, message: str) -> NoReturn:
        from wizard.display import printable

        told = printable(f"{message[0].upper()}{message[1:]}")
        self.exit(2, f"{told} — you can mend this — “{self.prog} --help” says how.\n")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The chosen command with its arguments, `command` being what runs it.

    Raises:
        SystemExit: the usage is wrong (2), or help was asked for (0).
    """
    parser = _commands() if arguments and arguments[0] in COMMANDS else _walk()
    return parser.parse_args(arguments)


def _walk() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="backup-wizard",
        description="Sets up a backup to a file server, step by step, and tries it before anything is copied.",
        epilog=f"Other commands: {', '.join(COMMANDS)}; “backup-wizard COMMAND --help” explains each. {_EXITS}",
        allow_abbrev=False,
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="the backup to go on with, or to begin")
    parser.add_argument("--version", action="store_true", help="print the version and end")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--plain", action="store_true", help="ask on lines, without screens")
    how.add_argument("--answers", metavar="FILE", help="walk unattended, from a profile file")
    parser.set_defaults(command=_from("walk", "walk"))
    return parser


def _commands() -> argparse.ArgumentParser:
    parser = _Parser(prog="backup-wizard", epilog=_EXITS, allow_abbrev=False)
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)

    def add(name: str, *, help: str) -> _Parser:
        about = f"{help[0].upper()}{help[1:]}."
        return commands.add_parser(name, help=help, description=about, epilog=_EXITS, allow_abbrev=False)

    demo = add("demo", help="the wizard against a practice server on this machine")
    demo.set_defaults(command=_from("walk", "demo"))

    listing = add("list", help="the backups that were begun here")
    listing.set_defaults(command=_from("kept", "list_all"))

    show = _named(add("show", help="all that is decided about a backup"))
    show.set_defaults(command=_from("kept", "show"))

    forget = _named(add("forget", help="remove a backup's profile and secrets; what is on the server stays"))
    key = forget.add_mutually_exclusive_group()
    key.add_argument("--remove-key", action="store_true", default=None, help="remove its key without asking")
    key.add_argument("--keep-key", action="store_false", dest="remove_key", help="keep its key without asking")
    forget.set_defaults(command=_from("kept", "forget"))

    export = _named(add("export", help="the text for the server's admin"))
    export.add_argument("--format", choices=_FORMATS, required=True, metavar="FORMAT", help=_FORMATS_TOLD)
    export.add_argument("--output", metavar="FILE", help="write to a new file")
    export.set_defaults(command=_from("server", "export"))

    receipt = _named(add("receipt", help="take the receipt that the server's admin sent"))
    receipt.add_argument("file", nargs="?", metavar="FILE", help="the file it is in; without one, standard input")
    receipt.set_defaults(command=_from("server", "receipt"))
    admin = add("admin", help="the admin's pane over requests that users' wizards saved")
    admin.add_argument("files", nargs="*", metavar="FILE", help="a request, or a folder of them")
    admin.add_argument(
        "--format", choices=_FORMATS, metavar="FORMAT", help=f"print it, without screens; {_FORMATS_TOLD}"
    )
    admin.add_argument("--output", metavar="FILE", help="write to a new file")
    admin.set_defaults(command=_from("admin", "admin"))

    check = _named(add("check", help="try the locks"))
    check.add_argument("--json", action="store_true", help="print one JSON object")
    check.set_defaults(command=_from("server", "check"))

    dry_run = _named(add("dry-run", help="what a backup would do; nothing is copied"))
    dry_run.add_argument("--json", action="store_true", help="print one JSON object")
    dry_run.add_argument("--output", metavar="FILE", help="write the list of files to a new file")
    dry_run.set_defaults(command=_from("backup", "dry_run"))

    run = _named(add("run", help="the real backup"))
    run.add_argument("--json", action="store_true", help="print one JSON object")
    run.set_defaults(command=_from("backup", "run"))
    return parser


def _named(parser: _Parser) -> _Parser:
    parser.add_argument("name", metavar="NAME", help="the backup, by the name that “backup-wizard list” shows")
    return parser


def _from(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    def run(chosen: argparse.Namespace) -> int:
        starting.begin()
        command = getattr(importlib.import_module(f"wizard.commands.{module}"), function)
        starting.end()
        return int(command(chosen))

    return run
