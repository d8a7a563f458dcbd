"""What a person or an admin gets wrong: a clear error that names who can fix it, and nothing changed on either side."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.attacks import faults, sign_in_faults
from tests.support.attacks.case import HOME, SECRETS, a_case
from tests.support.commands import backup_wizard
from tests.support.data.trees import tree
from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT, Office, open_office
from wizard.storage import paths, profiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.attacks.case import Case, Fault
    from tests.support.secret_service import SecretService

YOU, ADMIN = " — you can fix this — ", " — your admin needs to fix this — "


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.mark.parametrize(
    ("decided", "instead"),
    [
        ('module = "amanda"', 'module = "a]\\n[evil"'),
        ('module = "amanda"', 'module = "global"'),
        ('module = "amanda"', 'module = "a/b"'),
        (f'root = "{placing.ROOT}"', 'root = "/home/amanda/back\\nup"'),
        (f'root = "{placing.ROOT}"', 'root = "/home/amanda/back\\\\up"'),
        ('name = "amamac"', 'name = "ama\\nmac"'),
        ('name = "amamac"', 'name = "-e"'),
        ('"192.0.2.7",', '"192.0.2.700",'),
        ('"192.0.2.7",', '"192.0.2.7\\" ssh-rsa",'),
        ('"192.0.2.7",', '"!192.0.2.7",'),
    ],
)
def test_a_value_that_would_break_the_server_s_text_is_refused(
    decided: str, instead: str, office: Office, tmp_path: Path
) -> None:
    scheme = {"module": "amanda", "from": ["192.0.2.7"]}
    text = profiles.dumps(placing.profile_for(office, "daemon-over-ssh", tmp_path, scheme=scheme))
    assert decided in text, text
    answers = tmp_path / "answers.toml"
    answers.write_text(text.replace(decided, instead))
    server, connections = tree(office.path("/home")), office.connections()
    refused = backup_wizard("--answers", answers)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert YOU in refused.stderr
    assert re.search(r"answers\.toml, line \d+, ", refused.stderr)
    assert office.connections() == connections + 1  # which is the counting itself
    assert tree(office.path("/home")) == server
    assert not paths.config().exists()


@contextlib.contextmanager
def let_in_from_elsewhere(case: Case) -> Iterator[Case]:
    with sign_in_faults.let_in_from_elsewhere(case) as elsewhere:
        profiles.save(elsewhere.profile)
        yield elsewhere


def greeting(file: str) -> Fault:
    """With a file that the account's shell or sshd runs at each sign-in, which prints a text."""

    @contextlib.contextmanager
    def fault(case: Case) -> Iterator[Case]:
        case.office.put(file, "echo Welcome\n", owner=ACCOUNT)
        yield case
        case.office.run("rm", file)

    return fault


MISTAKES = {
    "a from= that matches nothing": ("rrsync", let_in_from_elsewhere, "doesn't accept this computer's key"),
    "no root": ("rrsync", faults.missing(placing.ROOT), "The server has no folder for this backup"),
    "a root that is not writable": (
        "rrsync",
        faults.owned_by_root("755"),
        "The server has no folder for this backup",
    ),
    "no root (daemon)": ("daemon", faults.missing(placing.ROOT), "can't open the backup's folder"),
    "a root that is not writable (daemon)": (
        "daemon",
        faults.owned_by_root("755", placing.ROOT),
        "isn't allowed to write",
    ),
    "a secrets file others can read": (
        "daemon",
        faults.with_mode(SECRETS, "644"),
        "doesn't accept the username",
    ),
    "a wrong password": ("daemon", faults.rewritten(SECRETS, ":", ":x"), "doesn't accept the username"),
    "a greeting of bash": (
        "rrsync",
        faults.start_up_file("echo Welcome\n"),
        "prints text that gets in rsync's way",
    ),
    "a greeting of sh": ("login", greeting(f"{HOME}/.ssh/rc"), "prints text that gets in rsync's way"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_on_the_server_is_told_and_changes_nothing(
    mistake: str, office: Office, request: pytest.FixtureRequest, secret_service: SecretService
) -> None:
    kind, fault, words = MISTAKES[mistake]
    whole = a_case(office, kind, request)
    profile, documents = whole.profile, whole.folder / "documents"
    with fault(whole):
        before = tree(office.path("/home")), tree(documents), tree(paths.profiles())
        ran = backup_wizard("run", profile.name)
        while "didn't say why" in ran.stderr:  # the server's rsync was gone before its reason came through
            ran = backup_wizard("run", profile.name)
        after = tree(office.path("/home")), tree(documents), tree(paths.profiles())
    assert (ran.exit_code, ran.stdout) == (69, ""), ran.stderr
    assert words in ran.stderr
    assert ADMIN in ran.stderr.splitlines()[0]
    assert "Send your admin this:" in ran.stderr
    assert before == after


def test_a_locked_key_runs_no_file_that_greets(office: Office, request: pytest.FixtureRequest) -> None:
    whole = a_case(office, "rrsync", request)
    with greeting(f"{HOME}/.ssh/rc")(whole):
        assert backup_wizard("run", whole.profile.name).exit_code == 0
