"""All schemes alike: pure, honest about where they can work, and given no name that would break their text."""

from __future__ import annotations

import builtins
import contextlib
import os
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec
import pytest
from msgspec.structs import replace

from tests.support.data.profiles import a_profile
from wizard import profile as profiles
from wizard import schemes
from wizard.failure import BadProfile, Failure, Kind
from wizard.profile import SchemeSettings, Server
from wizard.schemes import security_checks
from wizard.schemes.base import Reading, Transfer
from wizard.schemes.facts import ClientFacts, Recorded, ServerFacts
from wizard.schemes.if_stolen import Ability
from wizard.schemes.parts import over_ssh
from wizard.server import exports
from wizard.server.locks import fixes

if TYPE_CHECKING:
    from wizard.profile import Profile
    from wizard.schemes.fit import Fit

_FLAGS = "lHogDtprRSe.iLsfxCIvu"
RECORDED = Recorded(
    live=("rsync", "--server", f"-{_FLAGS}", "--stats", ".", "backup/amamac/"),
    dry=("rsync", "--server", f"-n{_FLAGS}", "--stats", ".", "backup/amamac/"),
)
CLIENT = ClientFacts(
    known_hosts=Path("/nowhere/known_hosts"),
    public_key="ssh-ed25519 AAAAC3NzaC1lZDI1 backup-wizard-amamac",
    recorded=RECORDED,
)
KINDS = [scheme.kind for scheme in schemes.SCHEMES]
SSH_KINDS = [scheme.kind for scheme in schemes.SCHEMES if scheme.uses_ssh]
FORBIDDEN: list[tuple[object, str]] = [
    (builtins, "open"),
    (os, "open"),
    (os, "stat"),
    (os, "scandir"),
    (os, "listdir"),
    (subprocess, "Popen"),
    (socket, "socket"),
]


def profile_of(kind: str, **scheme: Any) -> Profile:
    server = Server(host="files.example.lan", user="amanda", root="/srv/backup")
    return a_profile(server=server, scheme=msgspec.convert({"kind": kind} | scheme, SchemeSettings))


def fit(kind: str, server: ServerFacts, client: ClientFacts = CLIENT, choice: dict[str, Any] | None = None) -> Fit:
    profile = profile_of(kind, **choice or {})
    return schemes.of(profile).fits(client, server, profile)


@pytest.mark.parametrize("kind", KINDS)
def test_a_scheme_runs_and_reads_nothing(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []

    def forbidden(*arguments: object, **_: object) -> NoReturn:
        done.append(arguments)
        raise OSError

    profile = profile_of(kind)
    scheme = schemes.of(profile)
    with monkeypatch.context() as shut, contextlib.suppress(OSError):
        for place, name in FORBIDDEN:
            shut.setattr(place, name, forbidden)
        for dry_run in (False, True):
            scheme.client_command(profile, CLIENT, Transfer(dry_run=dry_run))
            scheme.read_command(profile, CLIENT, Reading(Path("/nowhere"), dry_run))
        scheme.fits(CLIENT, ServerFacts(), profile)
        scheme.can_preview(ServerFacts())
        scheme.if_stolen(profile)
        scheme.command_digest(profile, CLIENT)
        scheme.server_setup(profile, CLIENT, ServerFacts())
        scheme.security_checks(profile)
    assert done == []


@pytest.mark.parametrize("kind", KINDS)
def test_single_files_that_are_sent_by_content_delete_nothing_and_may_take_long_to_read(kind: str) -> None:
    profile = replace(profile_of(kind, allow_delete=True), delete=True)
    command = schemes.of(profile).client_command(profile, CLIENT, Transfer(dry_run=False, sample=Path("/one")))
    assert {"--checksum", "--include-from=/one"} <= set(command)
    assert not {"--delete", "--dry-run", "-ii"} & set(command)
    assert [part for part in command if part.startswith("--timeout=")][-1] == over_ssh.LONG_SILENCE


# Which schemes can work, with a warning in brackets: rrsync, forced-command, daemon-over-ssh, daemon, login.
@pytest.mark.parametrize(
    ("server", "client", "fitting"),
    [
        (ServerFacts(), CLIENT, "rrsync forced-command daemon-over-ssh (daemon) (login)"),
        (ServerFacts(rrsync=""), CLIENT, "rrsync forced-command daemon-over-ssh (daemon) (login)"),
        (ServerFacts(rsync_version=(3, 1, 3)), CLIENT, "rrsync forced-command daemon-over-ssh (daemon) (login)"),
        (ServerFacts(openssh_version=(5, 3)), CLIENT, "rrsync forced-command daemon-over-ssh (daemon) (login)"),
        (ServerFacts(dropbear_version=(2022, 83)), CLIENT, "rrsync daemon-over-ssh (daemon) (login)"),
        (ServerFacts(dropbear_version=()), CLIENT, "rrsync daemon-over-ssh (daemon) (login)"),
        (ServerFacts(shell="/bin/false"), CLIENT, "(daemon)"),
        (ServerFacts(shell="/usr/sbin/nologin"), CLIENT, "(daemon)"),
        (ServerFacts(shell="/usr/bin/rssh"), CLIENT, "(forced-command) (daemon) (login)"),
        (ServerFacts(shell="/usr/bin/fish"), CLIENT, "rrsync forced-command daemon-over-ssh (daemon) (login)"),
        (ServerFacts(shell="/bin/csh"), CLIENT, "rrsync forced-command daemon-over-ssh (daemon) (login)"),
        (ServerFacts(ssh_open=False, daemon_open=True), CLIENT, "(daemon)"),
        (ServerFacts(daemon_open=False), CLIENT, "rrsync forced-command daemon-over-ssh (login)"),
        (ServerFacts(ssh_open=False, daemon_open=False), CLIENT, ""),
        (ServerFacts(), replace(CLIENT, openrsync=True), ""),
        (ServerFacts(shell="rssh"), replace(CLIENT, openrsync=True), ""),
    ],
    ids=lambda value: "" if value is CLIENT else None,
)
def test_what_can_work_is_told_from_what_is_known(server: ServerFacts, client: ClientFacts, fitting: str) -> None:
    fits = {kind: fit(kind, server, client) for kind in KINDS}
    shown = (f"({kind})" if found.reason else kind for kind, found in fits.items() if found.possible)
    assert " ".join(shown) == fitting
    assert all(found.reason.endswith((".", ").")) for found in fits.values() if not found.possible)


@pytest.mark.parametrize("kind", ["rrsync", "daemon-over-ssh", "login"])
def test_dropbear_knows_no_addresses(kind: str) -> None:
    assert not fit(kind, ServerFacts(dropbear_version=()), choice={"from": ("192.0.2.0/24",)}).possible
    assert fit(kind, ServerFacts(dropbear_version=())).possible


@pytest.mark.parametrize(
    ("server", "options"),
    [
        (ServerFacts(), ["restrict"]),
        (ServerFacts(dropbear_version=(2022, 83)), ["restrict"]),
        *(
            (
                ServerFacts(dropbear_version=version),
                ["no-pty", "no-port-forwarding", "no-agent-forwarding", "no-X11-forwarding"],
            )
            for version in ((), (2019, 78))
        ),
    ],
)
def test_what_shuts_a_key_is_said_in_words_that_the_server_knows(server: ServerFacts, options: list[str]) -> None:
    profile = a_profile(scheme=SchemeSettings())
    (line,) = schemes.of(profile).server_setup(profile, CLIENT, server).key_lines
    assert [option.name for option in line.options] == [*options, "command"]


def test_reading_back_takes_an_rrsync() -> None:
    assert fit("rrsync", ServerFacts(rrsync=""), choice={"write_only": True}).possible
    assert not fit("rrsync", ServerFacts(rrsync=""), choice={"write_only": False}).possible


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "rrsync"])
def test_no_other_scheme_claims_to_append_only(kind: str) -> None:
    assert not fit(kind, ServerFacts(), choice={"append_only": True}).possible


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_thief_can_do_is_told_for_every_choice(kind: str) -> None:
    # The last is refused as a decision, but the screen shows what it means while both boxes are ticked.
    both = {"append_only": True, "allow_delete": True}
    for choice in ({}, {"write_only": False}, {"allow_delete": True}, {"append_only": True}, {"munge": False}, both):
        profile = profile_of(kind, **choice)
        scheme = schemes.of(profile)
        told, can = scheme.if_stolen(profile), scheme.thief_can(profile)
        assert told.endswith("."), told
        assert max(len(one.split()) for one in told.split(". ")) <= 20, told
        assert (Ability.EVERYTHING in can) is ("anything your account" in told or "everything your account" in told), (
            told
        )
        if kind not in {"daemon", "login"} and "munge" not in choice:
            assert (Ability.READ in can) is (not profile.scheme.write_only and kind != "forced-command"), told
            assert (" guesses " in told) is (Ability.GUESS in can and Ability.READ not in can), told


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "a]b"},
        {"name": "a b"},
        {"name": "../a"},
        {"name": "a\nb"},
        {"server": {"root": "a\nb"}},
        {"server": {"root": "a\\"}},
        {"server": {"root": "a!b"}},
        {"server": {"root": "../up"}},
        {"server": {"user": 'a"b'}},
        {"server": {"user": "a\nb"}},
        {"scheme": {"module": "a]b"}},
        {"scheme": {"module": "a/b"}},
        {"scheme": {"module": "global"}},
        {"scheme": {"module": "a\nb"}},
        {"scheme": {"from": ['a"b']}},
        {"scheme": {"from": ["a,b"]}},
        {"scheme": {"from": ["192.0.2.7/24"]}},
        {"scheme": {"from": ["!192.0.2.7"]}},
    ],
    ids=ascii,
)
def test_a_value_that_would_break_a_text_is_refused_by_its_name(changes: dict[str, Any]) -> None:
    given = msgspec.to_builtins(a_profile())
    for key, value in changes.items():
        given[key] = given[key] | value if isinstance(value, dict) else value
    with pytest.raises(BadProfile) as refused:
        profiles.check(msgspec.convert(given, profiles.Profile))
    [(key, value)] = changes.items()
    assert refused.value.key == (f"{key}.{next(iter(value))}" if isinstance(value, dict) else key)


@pytest.mark.parametrize(
    ("live", "dry"),
    [
        (("-n", *RECORDED.live), RECORDED.dry),
        (RECORDED.live, RECORDED.live),
        (RECORDED.dry, RECORDED.dry),
        (("rsync", "--server", "-slHogDtprRSe.iLsfxCIvu"), ("rsync", "--server", "-snlHogDtprRSe.iLsfxCIvu")),
        (RECORDED.live, ("rsync", "--server", '-n"$(x)', ".", "backup/amamac/")),
    ],
    ids=["no rsync", "never dry", "always dry", "no arguments", "no flags"],
)
@pytest.mark.parametrize("shell", ["", "rssh"])
def test_no_line_is_made_of_a_command_that_can_t_be_told_from_its_dry_run(
    live: tuple[str, ...], dry: tuple[str, ...], shell: str
) -> None:
    profile = profile_of("forced-command")
    client = replace(CLIENT, recorded=Recorded(live=live, dry=dry))
    with pytest.raises(Failure) as refused:
        schemes.of(profile).server_setup(profile, client, ServerFacts(shell=shell))
    assert refused.value.kind is Kind.NOT_RECORDED


@pytest.mark.parametrize("kind", KINDS)
def test_a_locked_key_asks_sshd_for_what_the_check_asks(kind: str) -> None:
    context = exports.context_of(profile_of(kind), CLIENT)
    has_lock = kind in {"rrsync", "forced-command", "daemon-over-ssh"}
    names = tuple(setting.name for setting in context.setup.sshd)
    assert names == (security_checks.PASSWORD.shut_by if has_lock else ())
    fix = fixes.fix(security_checks.PASSWORD, context.setup)
    block = fix[fix.index("Match User amanda") :]
    assert block.endswith("KbdInteractiveAuthentication no")
    for text in ("script", "ansible"):
        assert (_settings(block) in _settings(exports.FORMATS[text].render(context))) is has_lock, text
    line = exports.FORMATS["text"].render(context).splitlines()[-1]  # each setting is a word of that command
    assert all(setting in line for setting in _settings(block).splitlines()) is has_lock


def _settings(text: str) -> str:
    lines = map(str.strip, text.splitlines())
    return "\n".join(line for line in lines if not line.startswith("#"))


def test_the_watchword_stands_for_the_commands_in_the_line() -> None:
    profile = profile_of("forced-command")
    scheme = schemes.of(profile)
    word = scheme.command_digest(profile, CLIENT)
    [line] = scheme.server_setup(profile, CLIENT, ServerFacts()).key_lines
    assert word in next(option.value or "" for option in line.options if option.name == "command")
    deleting = replace(RECORDED, live=(*RECORDED.live[:3], "--delete", *RECORDED.live[3:]))
    assert scheme.command_digest(profile, replace(CLIENT, recorded=deleting)) != word
