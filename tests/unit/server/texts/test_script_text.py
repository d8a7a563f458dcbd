"""The setup script's text: what a shell, sshd and rsync read out of hostile values, and what shellcheck says."""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from tests.support.attacks import hostile
from tests.support.attacks.hostile import Hostile
from tests.support.quick import sampled
from wizard.client.keys import key_files
from wizard.client.keys.secrets import Secret
from wizard.failure import BadProfile, Failure, Kind
from wizard.schemes.facts import ClientFacts, Recorded, ServerFacts
from wizard.server import exports
from wizard.server.exports import ansible, authorized_keys, rsyncd, script
from wizard.server.receipts.receipt_text import plain_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.support.servers.real_sshd import RealSshd
    from tests.support.table import Tried
    from wizard.server.exports.context import ExportContext

KINDS = ["rrsync", "forced-command", "daemon-over-ssh", "daemon", "login"]
COUNT = 2_100
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHXBl9N0VE4Zo2JPoLjiBN6LXvIQ7eyBzN64Bq0WZk9t"
WORDS = ("rsync", "--server", "-lHogDtpRe.iLsfxCIvu", ".", "x")
RECORDED = Recorded(WORDS, (*WORDS[:2], "-nlHogDtpRe.iLsfxCIvu", *WORDS[3:]))
VALUES = ("name", "account", "root", "folder", "key_block", "module", "daemon_block", "secret")


@dataclass(frozen=True)
class Drawn:
    """All that was drawn, and what of it the rules let through, each under a name of its own."""

    all: Sequence[Hostile]
    passed: Sequence[Hostile]


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    found = hostile.batch(hostile.one_spoilt(), COUNT)
    plain = [
        replace(one, name=f"pc{number}", module=f"module{number}" if one.module == Hostile().module else one.module)
        if one.name == Hostile().name
        else one
        for number, one in enumerate(found)
    ]
    apart = {(one.name, one.module): one for one in plain if hostile.passes(one)}
    return Drawn(found, list({one.name: one for one in apart.values()}.values()))


def context_for(one: Hostile, kind: str, key: str = KEY) -> ExportContext:
    profile = hostile.profile(one, kind)
    client = ClientFacts(Path("/known_hosts"), public_key=f"{key} {one.comment}", recorded=RECORDED)
    secret = Secret(f"pass{one.exclude}{one.comment}") if kind == "daemon" else None
    return exports.context_of(profile, client, ServerFacts(), secret)


def contexts_for(drawn: Drawn, kind: str) -> Iterator[ExportContext]:
    for one in drawn.passed:
        context = context_for(one, kind)
        try:
            script.render(context)
        except Failure as failure:
            assert failure.kind is Kind.BAD_VALUE
            assert set(one.comment) & set("\n\r\0"), one
        else:
            assert not set(one.comment) & set("\n\r\0"), one
            yield context


def test_values_that_no_text_can_hold_are_refused(drawn: Drawn, tried: Tried) -> None:
    refused = [one for one in drawn.all if not hostile.passes(one)]
    tried.inputs, tried.read = len(drawn.all), len(drawn.all) - len(refused)
    assert len(drawn.all) >= 2_000
    assert len(drawn.passed) > 300
    for one in refused:
        with pytest.raises(BadProfile):
            hostile.profile(one)
    tried.tell()


@pytest.mark.parametrize("kind", KINDS)
def test_a_shell_sees_each_value_byte_for_byte(kind: str, drawn: Drawn, tmp_path: Path) -> None:
    contexts = list(contexts_for(drawn, kind))
    assert len(contexts) > 300
    data = script.render_many(contexts).partition("# ---- How it works")[0]
    names = " ".join(f'"${name}"' for name in VALUES)
    empty = " ".join(f"{name}=''" for name in VALUES)
    harness = (
        f"n=1; while [ $n -le $backups ]; do {empty}; backup_$n; printf '%s\\0' {names}; n=$((n + 1)); done\n"
        "[ ! -e touched ] || exit 1\n"
    )
    for shell in ("dash", "busybox"):
        file = tmp_path / "data.sh"
        file.write_text(data + harness)
        argv = [programs.require(shell), *(["sh"] if shell == "busybox" else []), str(file)]
        ran = subprocess.run(argv, cwd=tmp_path, capture_output=True, check=True, env={"PATH": "/nowhere"})
        assert ran.stderr == b""
        seen = ran.stdout.split(b"\0")[:-1]
        expected = [os.fsencode(value) for context in contexts for value in values_of(context)]
        assert len(seen) == len(expected)
        for number, (got, wanted) in enumerate(zip(seen, expected, strict=True)):
            assert got == wanted, VALUES[number % len(VALUES)]
    assert [path.name for path in tmp_path.iterdir()] == ["data.sh"]
    assert not Path("/tmp/hostile").exists()


def without_reasons(block: str) -> str:
    return re.sub(r"^ *#(?! backup-wizard (begin|end)).*\n", "", block, flags=re.MULTILINE).rstrip("\n")


def values_of(context: ExportContext) -> tuple[str, ...]:
    setup = context.setup
    folder = setup.directories[0]
    return (
        context.profile.name,
        setup.account,
        plain_folder(context.profile.server.root),
        script.normal(folder.path),
        authorized_keys.render(context).rstrip("\n") if setup.key_lines else "",
        setup.daemon.modules[0].name if setup.daemon else "",
        without_reasons(rsyncd.render(context)) if setup.daemon else "",
        context.secret.reveal() if context.secret else "",
    )


@pytest.mark.parametrize("kind", ["rrsync", "forced-command", "daemon-over-ssh", "login"])
def test_sshd_reads_each_line_as_one_key_with_its_options(kind: str, drawn: Drawn, sshd: RealSshd, home: Path) -> None:
    key_files.make(home / "key", "the one", None)
    public = " ".join(key_files.public_line(home / "key").split()[:2])
    # sshd goes on to the next line only once it has read all options of one, and has found that the place is not ours.
    elsewhere = [replace(one, from_=one.from_ or ("192.0.2.7",)) for one in drawn.passed]
    contexts = [context_for(one, kind, public) for one in elsewhere if not set("".join(one.from_)) & set("*?")]
    contexts = [context for context in contexts if script_takes(context)]
    assert len(contexts) > 300
    lines = "".join(map(authorized_keys.render, contexts))
    sshd.authorized_keys.write_bytes(os.fsencode(f'{lines}command="echo let in" {public}\n'))
    where = ("-i", str(home / "key"), "-p", str(sshd.port), "-l", sshd.user, sshd.host)
    trust = ("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes")
    argv = [programs.require("ssh"), "-F", "none", *trust, *where, "true"]
    ran = subprocess.run(argv, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert ran.stdout == "let in\n", ran.stderr + sshd.log()
    assert "bad key options" not in sshd.log()
    refused = re.findall(r"correct key but not from a permitted host .*, required=(.*)\)", sshd.log())
    asked = Counter(",".join(context.profile.scheme.from_) for context in contexts)
    times = len(refused) // len(contexts)  # once to ask whether the key would do, and once to use it
    assert times in {1, 2}
    assert Counter(refused) == Counter({places: count * times for places, count in asked.items()})


@pytest.mark.parametrize("kind", ["daemon", "daemon-over-ssh"])
def test_rsync_reads_each_module_as_it_was_meant(kind: str, drawn: Drawn, tmp_path: Path) -> None:
    below = [replace(one, root=one.root.lstrip("/") if kind == "daemon-over-ssh" else one.root) for one in drawn.passed]
    contexts = [context_for(one, kind) for one in below]
    contexts = [context for context in contexts if script_takes(context) and "%" not in context.profile.server.root]
    assert len(contexts) > 300
    settings, log = tmp_path / "rsyncd.conf", tmp_path / "log"
    odd = [context for context in contexts if context.profile.server.root != Hostile().root]
    assert len(odd) > 100
    for number, context in enumerate(odd[::4]):
        here = tmp_path / str(number)
        (here / context.setup.directories[0].path.lstrip("/")).mkdir(parents=True)
        assert context.setup.daemon
        settings.write_bytes(os.fsencode(rsyncd.render(context)))
        ask = f"@RSYNCD: 31.0 md5 md4\n{context.setup.daemon.modules[0].name}\n"
        argv = ["rsync", "--server", "--daemon", f"--config={settings}", f"--log-file={log}", "."]
        answer = subprocess.run(argv, input=ask.encode(), capture_output=True, cwd=here).stdout
        # It is in the one folder that is there only if it has read the very name.
        assert (b"@RSYNCD: OK" if kind == "daemon-over-ssh" else b"@RSYNCD: AUTHREQD") in answer, context.profile
    settings.write_bytes(os.fsencode("".join(map(rsyncd.render, contexts))))
    asked = subprocess.run(argv, input=b"@RSYNCD: 31.0 md5 md4\nnone of them\n", capture_output=True).stdout
    assert b"Unknown module" in asked
    assert not re.search(r"unknown parameter|ignoring|badly formed", log.read_text(errors="replace"), re.IGNORECASE)


def script_takes(context: ExportContext) -> bool:
    return not any(set(line.key) & set("\n\r\0") for line in context.setup.key_lines)


@pytest.mark.parametrize("kind", sampled.first(1, KINDS))
def test_shellcheck_finds_nothing(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "setup.sh"
    file.write_text(script.render_many([context_for(replace(Hostile(), name=name), kind) for name in ("a", "b")]))
    ran = subprocess.run([programs.require("shellcheck"), "--shell=sh", file], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout


def test_a_script_that_holds_a_password_says_so() -> None:
    with_one = context_for(Hostile(), "daemon")
    without = replace(with_one, secret=None)
    assert script.holds_secret([without, with_one])
    assert not script.holds_secret([without])
    assert "THIS FILE CONTAINS A PASSWORD" in script.render(with_one)
    assert "THIS FILE CONTAINS A PASSWORD" not in script.render(without)


@pytest.mark.parametrize("render_many", [script.render_many, ansible.render_many, ansible.render_folder])
def test_two_backups_in_one_place_are_refused(render_many: Callable[[Sequence[ExportContext]], object]) -> None:
    with pytest.raises(Failure) as refused:
        render_many([context_for(Hostile(), "rrsync"), context_for(Hostile(), "login")])
    assert refused.value.kind is Kind.BAD_VALUE
    others = replace(Hostile(), user="bob")
    assert "bob" in str(render_many([context_for(Hostile(), "rrsync"), context_for(others, "rrsync")]))
    with pytest.raises(Failure):
        render_many([context_for(Hostile(), "daemon"), context_for(others, "daemon")])


@pytest.mark.parametrize("key", ['command="/bin/sh" ssh-ed25519 AAAA', "ssh-ed25519 AAAA\nssh-rsa AAAA", "ssh-ed25519"])
def test_what_is_no_public_key_is_refused(key: str) -> None:
    with pytest.raises(Failure) as refused:
        script.render(context_for(Hostile(), "rrsync", key))
    assert refused.value.kind is Kind.BAD_VALUE
