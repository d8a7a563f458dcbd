"""The rrsync scheme says what it is told to say, and neither runs nor reads anything for it."""

from __future__ import annotations

import builtins
import contextlib
import os
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from tests.support.data.profiles import a_profile
from wizard import schemes
from wizard.failure import Failure, Kind
from wizard.profile import SchemeSettings, Server
from wizard.schemes.base import Transfer
from wizard.schemes.facts import ClientFacts, ServerFacts
from wizard.schemes.rrsync import Rrsync

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.schemes.setup import ServerSetup

CLIENT = ClientFacts(known_hosts=Path("/nowhere/known_hosts"), public_key="ssh-ed25519 AAAA backup-wizard-amamac")
SERVER = ServerFacts(rrsync="/opt/my rsync/rrsync")


FORBIDDEN: list[tuple[object, str]] = [
    (builtins, "open"),
    (os, "open"),
    (os, "stat"),
    (os, "scandir"),
    (os, "listdir"),
    (subprocess, "Popen"),
    (socket, "socket"),
]


def _setup(profile: Profile) -> ServerSetup:
    return Rrsync().server_setup(profile, CLIENT, SERVER)


def _options(scheme: SchemeSettings, root: str = "backup") -> dict[str, str | None]:
    setup = _setup(a_profile(scheme=scheme, server=Server(host="h", user="amanda", root=root)))
    [line] = setup.key_lines
    assert all(option.reason for option in line.options)
    return {option.name: option.value for option in line.options}


def test_it_is_pure(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []

    def forbidden(*arguments: object, **_: object) -> NoReturn:
        done.append(arguments)
        raise OSError

    scheme, profile = Rrsync(), a_profile()
    with monkeypatch.context() as shut, contextlib.suppress(OSError):
        for place, name in FORBIDDEN:
            shut.setattr(place, name, forbidden)
        scheme.client_command(profile, CLIENT, Transfer(dry_run=True))
        scheme.client_command(profile, CLIENT, Transfer(dry_run=False))
        scheme.server_setup(profile, CLIENT, SERVER)
        scheme.security_checks(profile)
    assert done == []


def test_the_key_is_shut_in_and_bound_to_its_addresses() -> None:
    assert list(_options(SchemeSettings())) == ["restrict", "command"]
    assert _options(SchemeSettings(from_=("192.0.2.0/24", "*.example.lan")))["from"] == "192.0.2.0/24,*.example.lan"


@pytest.mark.parametrize("root", ["my backup", "it's", 'a "b"', "$(touch x)", "`x`", "a;b", "*", "50%", "a\\b", "#x"])
def test_the_locked_folder_is_one_word_to_the_server_s_shell(root: str) -> None:
    command = _options(SchemeSettings(), root)["command"] or ""
    shown = subprocess.run(["sh", "-c", f"printf '%s\\0' {command}"], capture_output=True, text=True, check=True)
    assert shown.stdout.split("\0")[-2] == f"{root}/amamac"


def test_the_server_gets_the_one_folder_that_the_key_is_locked_to() -> None:
    setup = _setup(a_profile())
    assert setup.account == "amanda"
    assert [(folder.path, folder.mode) for folder in setup.directories] == [("backup/amamac", 0o700)]
    assert setup.key_lines[0].key == CLIENT.public_key


def test_no_path_is_asked_for() -> None:
    command = Rrsync().client_command(a_profile(), CLIENT, Transfer(dry_run=True))
    assert command[-1] == "files.example.lan:"
    assert not {"-s", "--secluded-args", "--mkpath", "-K"} & set(command)


def test_a_scheme_is_found_by_its_kind_or_said_to_be_unknown() -> None:
    for scheme in schemes.SCHEMES:
        assert schemes.of(a_profile(scheme=SchemeSettings(kind=scheme.kind))) is scheme
    unheard_of: Any = "no such"
    with pytest.raises(Failure) as failure:
        schemes.of(a_profile(scheme=SchemeSettings(kind=unheard_of)))
    assert failure.value.kind is Kind.SCHEME_UNKNOWN
