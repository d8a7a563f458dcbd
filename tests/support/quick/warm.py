"""A warm process that has imported the product, and forks for each thing it is asked to do: that costs little.

A fork is a process as any other, but for its command line: what is about that takes a real start.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import json
import os
import pkgutil
import subprocess
import sys
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support import processes
from tests.support.quick import patience, quick_keys, undisturbed
from wizard.walk import descriptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# What a command would import by and by, for each of them anew.
_IMPORTED = (
    *(f"wizard.commands.{name}" for name in ("admin", "backup", "kept", "schedule", "server", "walk")),
    *(
        "wizard.cli",
        "wizard.command_line",
        "wizard.walk.unattended",
        "wizard.commands.if_due",
        "wizard.walk.plain",
        *(f"wizard.walk.descriptions.{found.name}" for found in pkgutil.iter_modules(descriptions.__path__)),
        "wizard.demo",
        "wizard.trouble.crash",
        "wizard.commands.transferring",
        "wizard.commands.failed",
        "wizard.running.backing_up",
        "concurrent.futures.thread",
        "encodings.utf_8_sig",
    ),
    *(f"wizard.{name}" for name in ("server.locks", "server.exports", "server.practice", "trouble.telling", "running")),
    *(f"keyring.backends.{name}" for name in ("SecretService", "libsecret", "kwallet", "macOS", "Windows", "chainer")),
    *("keyring.backends.fail", "keyring.backends.null", "secretstorage", "bcrypt", "paramiko"),
    "cryptography.hazmat.primitives.asymmetric.ed25519",
)
_UNHANDLED = 99


@dataclass(frozen=True)
class Ended:
    """The exit code, or the negative number of the signal, and what was printed."""

    exit_code: int
    stdout: bytes
    stderr: bytes

    @property
    def printed(self) -> str:
        """All of it, for a person."""
        return (self.stdout + self.stderr).decode(errors="replace")


class Warm:
    """The process; it imports further modules on request, before it forks."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        argv = [sys.executable, "-m", "tests.support.quick.warm"]
        self._process = subprocess.Popen(
            argv, cwd=Path(__file__).parents[3], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def call(
        self, function: str, *arguments: str, environment: Mapping[str, str] | None = None, needs: str = ""
    ) -> Ended:
        """Call `module:function` with text arguments in a fork, where nobody is at the keys.

        `needs` is a module that the function imports by its name, which is spared it in every fork.
        """
        asked = {
            "function": function,
            "needs": needs,
            "arguments": arguments,
            "environment": dict(os.environ if environment is None else environment),
            "folder": str(Path.cwd()),
        }
        told = self._ask(asked)
        texts = (told[stream].encode("latin-1") for stream in ("stdout", "stderr"))
        return Ended(told["exit_code"], *texts)

    def _ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        try:
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        except BaseException:  # a test that ran out of time: its answer must not be taken for the next one's
            processes.end(self._process)
            self._start()
            raise
        return answer


@functools.cache
def process() -> Warm:
    """The one of this process, which ends with it."""
    return Warm()


def _serve() -> None:
    for module in _IMPORTED:
        importlib.import_module(module)
    quick_keys.hasten()
    patience.have()
    undisturbed.be()
    gc.freeze()
    for line in sys.stdin:
        sys.stdout.write(
            json.dumps(asdict(_in_a_fork(**json.loads(line))), default=lambda text: text.decode("latin-1"))
        )
        sys.stdout.write("\n")
        sys.stdout.flush()


def _in_a_fork(function: str, needs: str, arguments: list[str], environment: dict[str, str], folder: str) -> Ended:
    module, name = function.split(":")
    called: Callable[..., int | None] = getattr(importlib.import_module(module), name)
    if needs and needs not in sys.modules:
        importlib.import_module(needs)
        gc.freeze()
    streams = [os.memfd_create("stdout"), os.memfd_create("stderr")]
    child = os.fork()
    if child == 0:
        os._exit(_do(called, arguments, environment, folder, streams))
    _, status = os.waitpid(child, 0)
    return Ended(os.waitstatus_to_exitcode(status), *map(_content, streams))


def _content(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as file:
        file.seek(0)
        return file.read()


def _do(
    called: Callable[..., int | None],
    arguments: list[str],
    environment: dict[str, str],
    folder: str,
    streams: list[int],
) -> int:
    os.setsid()
    for target, source in enumerate([os.open(os.devnull, os.O_RDONLY), *streams]):
        os.dup2(source, target)
        os.close(source)
    usual = sys.stdout
    sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w", encoding=usual.encoding, errors=usual.errors)
    sys.stderr = os.fdopen(2, "w", 1, encoding=usual.encoding, errors="backslashreplace")
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    try:
        return called(*arguments) or 0
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - whatever it is, it is told to the test
        traceback.print_exc()
        return _UNHANDLED
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()


def command(*arguments: str) -> int:
    """The installed command."""
    from wizard import cli

    sys.argv = [str(Path(sys.executable).parent / "backup-wizard"), *arguments]
    return cli.main()


if __name__ == "__main__":
    _serve()
