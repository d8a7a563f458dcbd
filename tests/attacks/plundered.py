"""A server that a backup was made to, the thief who has its key, and what each attack has gained them there."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, Self

import msgspec

from tests.attacks.differences import NEIGHBOUR, in_zone, modes, trees, wrote
from tests.attacks.protocol.messages import KEEPING_ALL, Module
from tests.attacks.protocol.talk import send, to_port
from tests.support import processes
from tests.support.attacks.targets import SECRETS, UNKNOWN_NAME
from tests.support.attacks.thief import AS_A_BACKUP
from tests.support.servers import old_rsync, placing
from tests.support.servers.office import ACCOUNT, HOST
from wizard import schemes
from wizard.schemes.base import Transfer
from wizard.schemes.if_stolen import Ability
from wizard.schemes.parts.request_filter import REFUSED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.attacks.differences import Tree
    from tests.attacks.protocol.messages import Said
    from tests.support.servers.office import Office
    from wizard.client.access import Access
    from wizard.profile import Profile

_KEPT = "/srv/kept"
_HOMES = f"{ACCOUNT} {NEIGHBOUR}"
_SECONDS = 5
_SUM = re.compile(r"chunk\[\d+\] offset=\d+ len=1 sum1=([0-9a-f]{8})")


class Plundered:
    """`source` is a folder of the backup, `tools` what the thief has made and `loot` what they got.

    The thief comes from that `address`, if there is one, where `profile` is the backup as their line has it; the
    computer itself has the line of `honest`.
    """

    def __init__(
        self,
        office: Office,
        profile: Profile,
        access: Access,
        place: Path,
        address: str = "",
        honest: Profile | None = None,
    ) -> None:
        self.office = office
        self.profile = profile
        self.place = place
        self.address = address
        self._honest = honest
        self.source = profile.folders[0].rpartition("/")[2]
        self.tools = place / "tools"
        self.loot = place / "loot"
        self._access = access
        self._versions = 0
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self._connection = None
        if self.profile.scheme.kind != "daemon":
            ready = ["-M", "-N", "-oPermitLocalCommand=yes", "-oLocalCommand=echo ready", f"{ACCOUNT}@{HOST}"]
            self._connection = subprocess.Popen(
                [*self.ssh(), *ready],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            assert self._connection.stdout
            assert self._connection.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection:
            processes.end(self._connection)

    def use(self, version: str) -> None:
        """Give the server the rsync and the rrsync of that version."""
        for path in ("/usr/bin/rrsync", "/usr/bin/rsync", old_rsync.THERE) if self._versions else ():
            self.office.run("umount", "--lazy", path)
        self._versions = 0 if version == old_rsync.MACHINE else 1
        if self._versions:
            old_rsync.put(self.office, version)
        if self.profile.scheme.kind == "daemon":
            self.office.start_daemon()
            self.profile = placing.at_port(self.profile, self.office.daemon_port)

    def keep(self) -> None:
        """Take down what everything is like before any attack."""
        self.office.run("sh", "-c", f"cd /home && mkdir {_KEPT} && cp -a {_HOMES} {_KEPT}")
        self._before = trees(self.office)

    def begin(self) -> None:
        """Let the thief start with nothing."""
        for folder in (self.tools, self.loot):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        self.heard = ""
        self.learnt: set[Ability] = set()
        self.got_past_the_line = False

    def gained(self) -> set[Ability]:
        """What the thief has got so far; afterwards everything on the server is as it was."""
        self.wait()
        found = self._read() | self.learnt
        now = trees(self.office)
        if now != self._before:
            found |= self._wrote(now)
            self.office.run("sh", "-c", f"cd /home && rm -rf {_HOMES} && cp -a {_KEPT}/. .")
        return found

    def rsync(self, *words: str) -> None:
        """Start plain rsync, with the options of our own."""
        shell = [] if self.profile.scheme.kind == "daemon" else [f"--rsh={shlex.join(self.ssh())}"]
        base = ["rsync", AS_A_BACKUP, *(["--delete"] if self.profile.delete else []), *shell]
        self._started.append(
            subprocess.Popen(
                ["timeout", "--kill-after=1", str(_SECONDS), *base, *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=os.environ | self._password(),
                cwd=self.tools,
            )
        )

    def wait(self) -> str:
        """Wait until all that was started has ended, and tell what it said."""
        said = ""
        for process in self._started:
            assert process.stdout
            with process.stdout as output:
                told = output.read().decode(errors="replace")
            self._note(told)
            said += told
            process.wait()
        self._started.clear()
        self.heard += said
        return said

    def visit(self, *args: Any, options: str = "", more: tuple[bytes, ...] = (), **kwargs: Any) -> Said:
        """A visit of a client that speaks the protocol by hand."""
        kwargs.setdefault("seconds", 3)
        scheme = self.profile.scheme
        recorded = self._access.facts.recorded
        flags = self._flags(options)
        if recorded and self.profile.delete:
            kwargs.setdefault("filters", KEEPING_ALL)
        words = [b"--server", flags.encode(), *more, b"."]
        if not scheme.kind.startswith("daemon"):
            folder = f"{placing.OWN}/" if scheme.kind == "login" else "."
            request = b" ".join([b"rsync", *words, folder.encode()]).decode()
            said = send([*self.ssh(), f"{ACCOUNT}@{HOST}", request], *args, options=flags, **kwargs)
            self._note(said.errors)
            return said
        self.got_past_the_line = True
        password = self._password().get("RSYNC_PASSWORD", "").encode()
        place = os.fsencode(self.in_module)
        module = Module(place.partition(b"/")[0], [*words, place], ACCOUNT.encode(), password)
        argv = [*self.ssh(), f"{ACCOUNT}@{HOST}", "rsync --server --daemon ."]
        if scheme.kind == "daemon":
            argv = to_port(self.office.daemon_port)
        return send(argv, *args, options=flags, module=module, **kwargs)

    def push(self, *words: str, to: str = "") -> None:
        """Send what is among the tools."""
        self.rsync(*words, self.there(to))

    def pull(self, path: str, *words: str) -> None:
        """Fetch what is there."""
        self.rsync(*words, self.there(path), f"{self.loot}/")

    def tool(self, path: str, text: str = "put here by a thief") -> Path:
        """A file of the thief's."""
        file = self.tools / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def letter(self, text: str) -> str:
        """The path of a letter that is in the backup, with another text among the tools."""
        path = f"{self.source}/letter.txt"
        self.tool(path, text)
        return path

    def plant(self, name: str, target: str, *words: str) -> None:
        """Put a link into the backup."""
        (self.tools / name).symlink_to(target)
        self.push(*words, name)
        self.wait()
        (self.tools / name).unlink()

    @property
    def in_module(self) -> str:
        """Where the backup is in a daemon, from the module on."""
        return f"{ACCOUNT}/{self.profile.name}/" if self.profile.scheme.kind == "daemon" else f"{ACCOUNT}/"

    def there(self, path: str = "") -> str:
        """A path in the backup, as rsync names it to this server."""
        match self.profile.scheme.kind:
            case "daemon":
                return f"rsync://{ACCOUNT}@{HOST}:{self.office.daemon_port}/{self.in_module}{path}"
            case "daemon-over-ssh":
                return f"{ACCOUNT}@{HOST}::{self.in_module}{path}"
            case "login" if not path.startswith("/"):
                return f"{ACCOUNT}@{HOST}:{placing.OWN}/{path}"
            case _:
                return f"{ACCOUNT}@{HOST}:{path}"

    def ssh(self) -> list[str]:
        """Plain ssh with the stolen key, by one connection for all."""
        settings = {
            "IdentitiesOnly": "yes",
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
            "LogLevel": "ERROR",
            "ControlPath": f"{self.place}/connection",
        }
        if self.address:
            settings["BindAddress"] = self.address
        options = (f"-o{name}={value}" for name, value in settings.items())
        key = ("-i", str(self.profile.key_path), "-p", str(self.office.port))
        return ["ssh", "-F", "none", *options, *key]

    def sessions_held_open(self) -> Iterator[None]:
        """Ask for a backup and for reading, and say nothing more while the caller does something else."""
        if self.profile.scheme.kind == "daemon":
            return
        self.got_past_the_line = True
        flags = self._flags()
        for request in (f"rsync --server {flags} . .", "rsync --server --sender -logDtpRe.LsfxCIvu . ."):
            argv = [*self.ssh(), f"{ACCOUNT}@{HOST}", request]
            held = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="latin-1"
            )
            assert held.stdout
            held.stdout.read(1)  # it has begun, or was refused
            yield
            processes.end(held)

    def honest_run(self) -> int:
        """A backup by the computer itself."""
        transfer = Transfer(dry_run=False)
        profile, facts = self._honest or self.profile, self._access.facts
        if not self.address:
            facts = msgspec.structs.replace(facts, connection=self.place / "connection")
        argv = schemes.of(profile).client_command(profile, facts, transfer)
        password = self._password().get("RSYNC_PASSWORD")
        return subprocess.run(argv, input=password, capture_output=True, text=True).returncode

    def _flags(self, options: str = "") -> str:
        recorded = self._access.facts.recorded
        return recorded.live[2] if recorded else options or "-lWogDtpe.LsfxCIvu"

    def _note(self, told: str) -> None:
        if REFUSED not in told:
            self.got_past_the_line = True

    def _password(self) -> dict[str, str]:
        return {"RSYNC_PASSWORD": self._access.password.reveal()} if self._access.password else {}

    def _read(self) -> set[Ability]:
        sums = bytes(int(found, 16) & 0xFF for found in _SUM.findall(self.heard))
        with contextlib.suppress(OSError):
            sums += b"".join(file.read_bytes() for file in self.loot.rglob("*") if file.is_file())
        heard = self.heard.encode()
        found = {Ability.NAMES} if UNKNOWN_NAME in self.heard else set()
        for zone, secrets in SECRETS.items():
            if any(secret in sums for secret in secrets):
                found.add(in_zone(zone, Ability.READ))
            if any(secret in heard for secret in secrets):
                found.add(Ability.LINES)
        return found

    def _wrote(self, now: dict[str, Tree]) -> set[Ability]:
        found = wrote(self._before, now)
        if self.is_open_to_neighbour():
            found.add(Ability.SHARE)
        if modes(now["own"]) != modes(self._before["own"]) and self.honest_run():
            found.add(Ability.LOCK_OUT)
        return found

    def is_open_to_neighbour(self) -> bool:
        """Whether another account can look into the backup."""
        looks = ["setpriv", "--reuid", NEIGHBOUR, "--clear-groups", "--regid", NEIGHBOUR, "ls", placing.OWN]
        return subprocess.run(self.office.inside(*looks), capture_output=True).returncode == 0
