"""The commands. What a command needs is imported when it runs, so that the others start fast."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # importing it from typing would cost a fifth of what --version takes
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and return its exit code; no traceback reaches a person."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if list(arguments) == ["--version"]:
        from wizard import __version__

        sys.stdout.write(f"backup-wizard {__version__}\n")
        return 0
    if list(arguments) == ["run", "--if-due"] and sys.stdout and not sys.stdout.isatty():
        from wizard.schedule import nothing_due

        if nothing_due.is_sure():
            return 0
    if not _takes_all_characters():
        from wizard.text import narrow_encoding

        narrow_encoding.allow()
    from wizard import command_line

    chosen = command_line.parse(arguments)
    return _told(chosen)


def _takes_all_characters() -> bool:
    return all(stream is None or (stream.encoding or "utf-8").lower() == "utf-8" for stream in (sys.stdout, sys.stderr))


def _told(chosen: argparse.Namespace) -> int:
    from wizard.failure import Failure
    from wizard.storage import paths

    try:
        paths.ignore_unusable_variables()
        return int(chosen.command(chosen))
    except Failure as failure:
        from wizard import console
        from wizard.commands import failed

        told = failed.tell(failure, chosen)
        console.complain(told.trouble, told.raw_file)
        return told.trouble.exit_code
    except KeyboardInterrupt:
        from wizard import printing
        from wizard.text.language import _

        printing.error("\n" + _("Stopped. Run it again to continue.") + "\n")
        return 130
    except Exception as error:  # noqa: BLE001 - the last place where a traceback can be kept from a person
        from wizard import console
        from wizard.trouble import crash

        console.complain(crash.tell(error))
        return crash.EXIT_CODE


if __name__ == "__main__":
    sys.exit(main())
