"""Ways to break what is on this computer or on the way to a server, for a case that works."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tests.support import processes, programs, secret_service
from tests.support.agent import ssh_agent
from tests.support.attacks import sign_in_faults
from tests.support.attacks.case import SIZE
from tests.support.fake_failures import put_in_rsyncs_place
from tests.support.network.proxy import Fate
from tests.support.secret_service import reset_keyring
from tests.support.servers import placing
from wizard.client import access
from wizard.client.keys import secrets
from wizard.client.keys.secrets import Secret
from wizard.schemes.parts import over_network
from wizard.trouble import diagnose_reaching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.attacks.case import Case
    from tests.support.secret_service import SecretService

_NAME = "zebra.txt"


@contextlib.contextmanager
def programs_without_rsync(case: Case) -> Iterator[Case]:
    case.monkeypatch.setenv("PATH", str(case.folder))
    yield case


@contextlib.contextmanager
def programs_without_ssh(case: Case) -> Iterator[Case]:
    (case.folder / "rsync").symlink_to(programs.require("rsync"))
    case.monkeypatch.setenv("PATH", str(case.folder))
    yield case


@contextlib.contextmanager
def no_folder(case: Case) -> Iterator[Case]:
    shutil.rmtree(case.profile.folders[0])
    yield case


@contextlib.contextmanager
def file_for_folder(case: Case) -> Iterator[Case]:
    shutil.rmtree(case.profile.folders[0])
    Path(case.profile.folders[0]).touch()
    yield case


@contextlib.contextmanager
def folder_in_the_way(case: Case) -> Iterator[Case]:
    here = Path(case.profile.folders[0], "letters")
    here.write_text("a file by now")
    folder = f"{placing.ROOT}/{case.profile.name}/{here.parent.name}/{here.name}"
    case.office.as_account(f"mkdir -p {folder} && echo x >{folder}/one")
    yield case
    case.office.as_account(f"rm -r {placing.ROOT}/{case.profile.name}")


@contextlib.contextmanager
def no_key(case: Case) -> Iterator[Case]:
    case.profile.key_path.unlink()
    yield case


@contextlib.contextmanager
def openrsync(case: Case) -> Iterator[Case]:
    case.monkeypatch.setenv("PATH", os.environ["PATH"])
    put_in_rsyncs_place(case.monkeypatch, case.folder, "")
    script = "#!/bin/sh\necho 'openrsync: protocol version 29'\necho 'rsync version 2.6.9 compatible'\n"
    (case.folder / "rsync").write_text(script)
    yield case


@contextlib.contextmanager
def old_rsync(case: Case) -> Iterator[Case]:
    put_in_rsyncs_place(case.monkeypatch, case.folder, "")
    (case.folder / "rsync").write_text("#!/bin/sh\necho 'rsync  version 3.0.9  protocol version 30'\n")
    yield case


@contextlib.contextmanager
def other_mode_of_key(case: Case) -> Iterator[Case]:
    case.profile.key_path.chmod(0o644)
    yield case


@contextlib.contextmanager
def refusing_agent(case: Case) -> Iterator[Case]:
    """The key is in an agent that asks its owner to confirm, and nobody does."""
    key = case.profile.key_path
    with ssh_agent(case.folder / "agent") as agent:
        case.monkeypatch.setenv("SSH_AUTH_SOCK", str(agent.socket))
        case.monkeypatch.setenv("SSH_ASKPASS", programs.require("false"))
        agent.add(key, "-c")
        kept = key.rename(case.folder / "kept")
        its = msgspec.structs.replace(case.profile.key, file=str(key.with_name(f"{key.name}.pub")))
        profile = msgspec.structs.replace(case.profile, key=its)
        yield replace(case, profile=profile, access=access.prepare(profile))
        kept.rename(key)


@contextlib.contextmanager
def closed_file(case: Case) -> Iterator[Case]:
    Path(case.profile.folders[0], "closed.txt").touch(0o000)
    yield case


@contextlib.contextmanager
def file_too_deep(case: Case) -> Iterator[Case]:
    """A file whose path is longer than rsync takes: no program could make it in one go."""
    folder = os.open(case.profile.folders[0], os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 240, dir_fd=folder)
        inner = os.open("d" * 240, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(os.open("letter.txt", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
    os.close(folder)
    yield case


@contextlib.contextmanager
def no_secret_service(case: Case) -> Iterator[Case]:
    case.request.getfixturevalue("session_bus")
    reset_keyring()
    yield case


@contextlib.contextmanager
def no_session_bus(case: Case) -> Iterator[Case]:
    """As under cron: the keyring's programs are there, and no bus to ask them on."""
    case.monkeypatch.setenv("XDG_DATA_DIRS", "/usr/share")
    reset_keyring()
    yield case


@contextlib.contextmanager
def locked_keyring(case: Case) -> Iterator[Case]:
    service: SecretService = case.request.getfixturevalue("secret_service")
    secrets.store(case.profile.name, "passphrase", Secret("before"))
    service.lock()
    yield case


@contextlib.contextmanager
def refusing_keyring(case: Case) -> Iterator[Case]:
    """The bus lets nothing be kept."""
    policy = '<deny send_interface="org.freedesktop.Secret.Collection" send_member="CreateItem"/>'
    with secret_service.session_bus(case.folder, policy) as address:
        case.monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        with secret_service.secret_service(address):
            reset_keyring()
            yield case


@contextlib.contextmanager
def ssh_at_the_usual_port(case: Case) -> Iterator[Case]:
    case.monkeypatch.setattr(diagnose_reaching, "SSH_PORT", case.office.port)
    yield case


@contextlib.contextmanager
def at_daemon(case: Case) -> Iterator[Case]:
    yield case.at_port(case.office.daemon_port)


@contextlib.contextmanager
def at_ssh(case: Case) -> Iterator[Case]:
    yield case.at_port(case.office.port)


@contextlib.contextmanager
def file_that_vanishes(case: Case) -> Iterator[Case]:
    """The file goes in the moment in which the server is told of it."""
    file = Path(case.profile.folders[0], _NAME)
    file.touch()

    def rule(piece: bytes, _: int) -> Fate:
        if _NAME.encode() in piece:
            file.unlink()
        return Fate.ON

    with sign_in_faults.by_way_of(rule)(case) as broken:
        yield broken


@contextlib.contextmanager
def terminated(case: Case) -> Iterator[Case]:
    def rule(piece: bytes, sent: int) -> Fate:
        if sent > SIZE // 2:
            for pid in processes.descendants(os.getpid()):
                with contextlib.suppress(OSError):
                    if "\0--rsh=" in Path(f"/proc/{pid}/cmdline").read_text():
                        os.kill(pid, signal.SIGTERM)
            return Fate.SILENT
        return Fate.ON

    with sign_in_faults.by_way_of(rule)(case) as broken:
        yield broken


@contextlib.contextmanager
def impatience_with_daemons(case: Case) -> Iterator[Case]:
    case.monkeypatch.setattr(over_network, "_SILENCES", 1)
    yield case


@contextlib.contextmanager
def unconfirmed(case: Case) -> Iterator[Case]:
    """Under another name, so that nothing is known of it yet."""
    bare = case.at(host_keys=())
    yield replace(bare, profile=msgspec.structs.replace(bare.profile, name="other"))


@contextlib.contextmanager
def deleting(case: Case) -> Iterator[Case]:
    yield replace(case, profile=msgspec.structs.replace(case.profile, delete=True))


@contextlib.contextmanager
def another_setting(case: Case) -> Iterator[Case]:
    """Something was changed after the line was handed over."""
    changed = msgspec.structs.replace(case.profile, compress=True)
    yield replace(case, profile=changed, access=access.prepare(changed))
