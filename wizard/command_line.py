"""The command line's words."""

from __future__ import annotations

import argparse
import importlib
from typing import TYPE_CHECKING, NoReturn

from wizard import starting
from wizard.command_names import COMMANDS
from wizard.text import language
from wizard.text.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_FORMATS = ("text", "authorized-keys", "rsyncd", "secrets", "script", "ansible", "request", "status")
_FORMATS_TOLD = N_(
    "text: a message; authorized-keys, rsyncd, secrets: only those lines; script: a shell script that does everything;"
    " ansible: a playbook, or with --output FOLDER/ a role; request: a file for “backup-wizard admin”; status: a shell"
    " script that shows who backs up to the server, and how old each backup is"
)
_EXITS = N_(
    "Exit codes: 0 done; 1 finished with problems (not locked, some files failed, backup too old);"
    " 2 wrong usage or invalid settings;"
    " 69 a server, program or keyring is unavailable; 70 a bug in backup-wizard; 75 waiting, for the admin or with"
    " --if-due for power, network, keyring, server, another run or a change to be finished; 130 stopped with Ctrl+C."
)


class _Parser(argparse.ArgumentParser):
    """Shows wrong usage like any other failure: what happened, who can fix it, what to do."""

    def error(self, message: str) -> NoReturn:
        from wizard.text.display import printable

        told = printable(f"{message[0].upper()}{message[1:]}")
        line = _("{problem} — you can fix this — See “{command} --help”.").format(problem=told, command=self.prog)
        self.exit(2, f"{line}\n")


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
        description=_("Set up a backup to a file server, step by step, and test it before copying anything."),
        epilog=" ".join(
            [
                _("Other commands: {commands}.").format(commands=", ".join(COMMANDS)),
                _("“backup-wizard COMMAND --help” explains each."),
                _(_EXITS),
            ]
        ),
        allow_abbrev=False,
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help=_("the backup to continue or to set up"))
    parser.add_argument("--version", action="store_true", help=_("show the version and exit"))
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--plain",
        action="store_true",
        help=_("use text mode: questions one by one, for screen readers and simple terminals"),
    )
    how.add_argument("--answers", metavar="FILE", help=_("ask no questions: take all settings from a profile file"))
    parser.set_defaults(command=_from("walk", "walk"))
    return parser


def _commands() -> argparse.ArgumentParser:
    parser = _Parser(prog="backup-wizard", epilog=_(_EXITS), allow_abbrev=False)
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)

    def add(name: str, *, help: str) -> _Parser:
        return commands.add_parser(name, help=help, description=help, epilog=_(_EXITS), allow_abbrev=False)

    demo = add("demo", help=_("Try backup-wizard with a practice server on this computer."))
    demo.set_defaults(command=_from("walk", "demo"))

    listing = add("list", help=_("List the backups on this computer."))
    listing.add_argument("--json", action="store_true", help=_("print one JSON object, always in English"))
    listing.set_defaults(command=_from("kept", "list_all"))

    status = add("status", help=_("Show when each backup last worked, and when it is made next."))
    status.add_argument("name", nargs="?", metavar="NAME", help=_("only this backup"))
    status.add_argument("--json", action="store_true", help=_("print one JSON object, always in English"))
    status.set_defaults(command=_from("status", "status"))

    show = _named(add("show", help=_("Show all settings of a backup.")))
    show.set_defaults(command=_from("kept", "show"))

    forget = _named(
        add("forget", help=_("Delete a backup's settings and passwords from this computer. Files on the server stay."))
    )
    key = forget.add_mutually_exclusive_group()
    key.add_argument(
        "--remove-key", action="store_true", default=None, help=_("delete its key and its passphrase without asking")
    )
    key.add_argument(
        "--keep-key", action="store_false", dest="remove_key", help=_("keep its key and its passphrase without asking")
    )
    forget.set_defaults(command=_from("kept", "forget"))

    export = _named(add("export", help=_("Show the setup for the server's admin.")))
    export.add_argument("--format", choices=_FORMATS, required=True, metavar="FORMAT", help=_(_FORMATS_TOLD))
    export.add_argument("--output", metavar="FILE", help=_("write to a new file"))
    export.set_defaults(command=_from("server", "export"))

    receipt = _named(add("receipt", help=_("Use the receipt that your admin sent.")))
    receipt.add_argument(
        "file", nargs="?", metavar="FILE", help=_("the file with the receipt (default: standard input)")
    )
    receipt.set_defaults(command=_from("server", "receipt"))
    admin = add("admin", help=_("For admins: review, change and export backup requests."))
    admin.add_argument("files", nargs="*", metavar="FILE", help=_("a request, or a folder of requests"))
    admin.add_argument(
        "--format",
        choices=_FORMATS,
        metavar="FORMAT",
        help=" ".join([_("Print the setup instead of showing screens."), _(_FORMATS_TOLD)]),
    )
    admin.add_argument("--output", metavar="FILE", help=_("write to a new file"))
    admin.set_defaults(command=_from("admin", "admin"))

    check = _named(add("check", help=_("Run the security check.")))
    check.add_argument("--json", action="store_true", help=_("print one JSON object, always in English"))
    check.set_defaults(command=_from("server", "check"))

    dry_run = _named(add("dry-run", help=_("Show what a backup would do, without copying anything.")))
    dry_run.add_argument("--json", action="store_true", help=_("print one JSON object, always in English"))
    dry_run.add_argument("--output", metavar="FILE", help=_("write the list of files to a new file"))
    dry_run.set_defaults(command=_from("backup", "dry_run"))

    run = add("run", help=_("Back up now."))
    run.add_argument(
        "name", nargs="?", metavar="NAME", help=_("the backup's name; with --if-due, all backups if there is none")
    )
    run.add_argument(
        "--if-due",
        action="store_true",
        help=_("back up only if it is time by the schedule and nothing is in the way; for timers, never asks"),
    )
    run.add_argument("--json", action="store_true", help=_("print one JSON object, always in English"))
    run.set_defaults(command=_from("backup", "run"), usage_error=run.error)

    versions = _named(add("versions", help=_("List the older versions of a backup that the server keeps.")))
    versions.add_argument("--json", action="store_true", help=_("print one JSON object, always in English"))
    versions.set_defaults(command=_from("restore", "versions"))

    _add_restore(add("restore", help=_("Get files back from a backup.")))

    drill = _named(add("drill", help=_("Test a backup: compare random files with those on the server.")))
    drill.add_argument("--json", action="store_true", help=_("print one JSON object, always in English"))
    drill.set_defaults(command=_from("drill", "drill"))

    adopt = add(
        "adopt", help=_("Take over a backup that another computer made: one that is lost, or replaced by this.")
    )
    adopt.add_argument("--plain", action="store_true", help=_("use text mode"))
    adopt.set_defaults(command=_from("walk", "adopt"), name=None)

    schedule = _named(add("schedule", help=_("Back up automatically, or show when that happens.")))
    schedule.add_argument(
        "every", nargs="?", choices=("hourly", "daily", "weekly", "off"), help=_("how often (default: show it)")
    )
    schedule.add_argument("--at", metavar="HH:MM", help=_("the time for daily and weekly backups"))
    for what, help in (
        ("battery", _("also back up on battery power")),
        ("metered", _("also back up over a metered connection")),
    ):
        either = schedule.add_mutually_exclusive_group()
        either.add_argument(f"--on-{what}", action="store_true", default=None, help=help)
        either.add_argument(f"--not-on-{what}", action="store_false", dest=f"on_{what}", help=_("don't do that"))
    for what, help in (
        ("alarm", _("also send an alert by mail, ntfy or chat when it needs you; asks for the address")),
        ("ping", _("also report each good backup to a monitoring service; asks for the address")),
    ):
        either = schedule.add_mutually_exclusive_group()
        either.add_argument(f"--{what}", action="store_true", default=None, help=help)
        either.add_argument(f"--no-{what}", action="store_false", dest=what, help=_("don't do that"))
    schedule.add_argument("--json", action="store_true", help=_("print one JSON object, always in English"))
    schedule.add_argument("--try", action="store_true", dest="is_trial", help=argparse.SUPPRESS)
    schedule.set_defaults(command=_from("schedule", "schedule"))
    return parser


def _add_restore(parser: _Parser) -> None:
    _named(parser)
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help=_("a file or folder to get back, as it was here (default: all)")
    )
    parser.add_argument(
        "--version",
        metavar="WHEN",
        default="latest",
        help=_("an older version: its id or its day, as “backup-wizard versions” shows them (default: latest)"),
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--to", metavar="FOLDER", help=_("put the files into this folder (default: a new one)"))
    where.add_argument("--in-place", action="store_true", help=_("put the files back where they came from"))
    parser.add_argument(
        "--overwrite",
        choices=("never", "if-newer", "if-changed", "always"),
        default="never",
        help=_(
            "which existing files to replace: never (the default), those that are newer in the backup, those with"
            " another size or time, or always where the content differs; nothing is ever deleted"
        ),
    )
    parser.add_argument(
        "--dry-run", action="store_true", help=_("show what would be restored, without writing anything")
    )
    parser.add_argument("--json", action="store_true", help=_("print one JSON object, always in English"))
    parser.add_argument(
        "--ask",
        action="store_true",
        help=_("where this computer may not read its backup: ask the admin for a key that can, for two days"),
    )
    parser.add_argument("--format", choices=_FORMATS, default="text", help=_("with --ask, as for export"))
    parser.add_argument("--output", metavar="FILE", help=_("with --ask: write to a new file"))
    parser.set_defaults(command=_from("restore", "restore"))


def _named(parser: _Parser) -> _Parser:
    parser.add_argument("name", metavar="NAME", help=_("the backup's name, as “backup-wizard list” shows it"))
    return parser


def _from(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    def run(chosen: argparse.Namespace) -> int:
        if getattr(chosen, "json", False):  # scripts read what it prints
            language.use(None)
        starting.begin()
        command = getattr(importlib.import_module(f"wizard.commands.{module}"), function)
        starting.end()
        return int(command(chosen))

    return run
