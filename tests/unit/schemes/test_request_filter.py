"""The text in a key line lets through what a backup asks for and nothing else, in every shell a server may have."""

from __future__ import annotations

import shlex
import subprocess
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.support import programs
from tests.support.data.profiles import a_profile
from wizard.profile import SchemeSettings
from wizard.schemes.parts import request_filter

if TYPE_CHECKING:
    from pathlib import Path

SHELLS = ("sh", "dash", "bash", "busybox sh", "fish", "csh")
INNER = ("dash", "bash", "busybox sh")
FLAGS = "-lWogDtprRe.iLsfxCIvu"
BACKUP = f"rsync --server {FLAGS} --log-format=%i --timeout=120 --stats . ."
HONEST = (
    BACKUP,
    f"rsync --server -n{FLAGS[1:]} --log-format=%i --timeout=120 --stats . .",
    "rsync --server -nlWogDtpcRe.LsfxCIvu --log-format=%i --timeout=120 --stats . .",
    "rsync --server -lWogDtprRze.iLsfxCIvu --log-format=%i --timeout=9 --stats . .",
    "rsync --server -nWtRe.LsfxCIvu --log-format=%i%I . .",
    "rsync --server -lWogDtprRe.iLsfxC --log-format=%i . .",
)
WITH_PARTS = BACKUP.replace("--stats", "--stats --partial")
NOT_WHOLE = BACKUP.replace("W", "")
WITH_LINKS = BACKUP.replace("Wog", "WHog")
DELETING = (BACKUP.replace("--stats", "--delete --stats"), BACKUP.replace("--stats", "--delete-during --stats"))
READING = (f"rsync --server --sender {FLAGS} . .", "rsync --server --sender -e.Lsf . /etc/passwd")
HOSTILE = (
    "",
    "id",
    "true",
    "sh",
    "rsync",
    "rsync --server",
    "rsync --server .",
    "rsync --daemon --server . .",
    "rsync --server --daemon .",
    "/usr/bin/rsync --server -e.L . .",
    "rsync --server --version",
    *(f"rsync.--server.- {word} . ." for word in ("x .W", ".W .", "-x .")),
    *(f"rsync.--server {word} .W . ." for word in ("-W", "-")),
    f"rsync --server -{FLAGS} . .",
    *(f"rsync --server {option} {FLAGS} . ." for option in ("-B1", "--block-size=1", "-I", "-y", "--sender", "-")),
    *(
        f"rsync --server {FLAGS} {option} . ."
        for option in (
            *("-B1", "-B 1", "--block-size=1", "-I", "-y", "--fuzzy", "--sender", "--daemon", "-s", "-M--x"),
            *("--copy-dest=../x", "--compare-dest x", "--link-dest=/x", "--backup-dir=door", "--temp-dir=door"),
            *("--partial-dir=door", "--no-implied-dirs", "--keep-dirlinks", "-K", "-L", "--inplace", "--append"),
            *("--force", "--remove-source-files", "--log-file=x", "--files-from=x", "--write-devices", "--fake-super"),
            *("--timeout=1\\", "--timeout=", "--timeout=1234", "--log-format=%n", "--log-format=%i\\", '--stats""'),
            *("--max-delete=0", "--ignore-errors", "--delay-updates", "--chmod=a+s", "--no-munge-links", "--info=x"),
        )
    ),
    *(f"rsync --server -lHogDtpr{letter}Re.iLsfxCIvu . ." for letter in "ABCEFGIJKLMNOPQTUVXYZabdfhijkmqsuvwy=,~@"),
    *(f"rsync --server -re.{tail} . ." for tail in ("iL;id", "iL\\", "iL`id`", "iL$(id)", "iL'x'", "iL*", "i/")),
    *(
        f"rsync --server {FLAGS} {path}"
        for path in ("/", ". /", ". ..", ". ../x", ". ./x", ". ~", ". *", '. ""', ". .x")
    ),
    f"rsync --server {FLAGS} . . ; id",
    f"rsync --server {FLAGS} . .\nid",
    f"rsync --server {FLAGS} . .; id",
    f"rsync --server {FLAGS} . `id`",
    f"rsync --server {FLAGS} . $(id)",
    f"rsync --server {FLAGS} . ${{IFS}}",
    f"rsync\u00a0--server {FLAGS} . .",
    f"rsync --server {FLAGS}\u2003-B1 . .",
    "rsync --server " + "-e.L " * 5000 + ". .",
)


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """A home with a folder, and programs that say how they were called."""
    for name, text in (("rsync", 'echo "rsync in $(pwd): $*"'), ("rrsync", 'echo "rrsync in $(pwd): $*" # -munge')):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
    for name in ("grep",):
        (tmp_path / "bin" / name).symlink_to(programs.require(name))
    (tmp_path / "my backup").mkdir()
    return tmp_path


def _ask(bench: Path, request: str, *, shell: str = "sh", inner: str = "/bin/sh", **scheme: bool) -> str:
    profile = msgspec.structs.replace(a_profile(), scheme=msgspec.convert(scheme, SchemeSettings))
    command = request_filter.command(profile, "my backup")
    if inner != "/bin/sh":
        path, *words = inner.split()
        command = command.replace("/bin/sh", " ".join([programs.require(path), *words]), 1)
    program, *words = shell.split()
    ran = subprocess.run(
        [programs.require(program), *words, "-c", command],
        env={"PATH": f"{bench}/bin", "HOME": str(bench), "SSH_ORIGINAL_COMMAND": request},
        cwd=bench,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return ran.stdout.strip()


def _is_refused(answer: str) -> bool:
    return answer.startswith(request_filter.REFUSED) and "\n" not in answer


HELD = "--chmod=Du+rwx,Dgo= --munge-links"
WHOLE = f"{HELD} --suffix={'0' * 255}"
WORDS = "--log-format=%i --timeout=120 --stats . ."


@pytest.mark.parametrize("shell", SHELLS)
def test_a_backup_is_let_in_and_all_else_refused_whatever_the_login_shell(bench: Path, shell: str) -> None:
    assert _ask(bench, BACKUP, shell=shell) == f"rsync in {bench}/my backup: --server {FLAGS} {WHOLE} {WORDS}"
    for request in (READING[0], HOSTILE[1], f"rsync --server {FLAGS} -B1 . .", f"rsync --server {FLAGS} . /etc"):
        assert _is_refused(_ask(bench, request, shell=shell)), request


@pytest.mark.parametrize("inner", INNER)
def test_what_our_own_rsync_asks_for_is_let_in(bench: Path, inner: str) -> None:
    for request in HONEST:
        assert _ask(bench, request, inner=inner).startswith("rsync in "), request
    for request in DELETING:
        assert _is_refused(_ask(bench, request, inner=inner))
        assert f" {WHOLE} --log-format" in _ask(bench, request, inner=inner, allow_delete=True)


@pytest.mark.parametrize("inner", INNER)
def test_nothing_else_is_let_in(bench: Path, inner: str) -> None:
    for request in (*HOSTILE, *READING, WITH_PARTS, NOT_WHOLE, WITH_LINKS):
        assert _is_refused(_ask(bench, request, inner=inner)), (request, _ask(bench, request, inner=inner))
    assert sorted(path.name for path in bench.iterdir()) == ["bin", "my backup"]


def test_append_only_passes_over_what_is_there_and_leaves_no_parts(bench: Path) -> None:
    for write_only in (True, False):
        told = _ask(bench, BACKUP, append_only=True, write_only=write_only)
        assert told.endswith(f" --ignore-existing {WORDS}")
        assert _is_refused(_ask(bench, WITH_PARTS, append_only=True, write_only=write_only))


@pytest.mark.parametrize("shell", SHELLS)
def test_under_append_only_a_dry_run_that_lists_all_may_compare_and_nothing_else_may(bench: Path, shell: str) -> None:
    listing_all = BACKUP.replace("=%i ", "=%i%I ")
    compares = listing_all.replace(" -l", " -nl")
    told = _ask(bench, compares, shell=shell, append_only=True)
    assert told.startswith(f"rsync in {bench}/my backup: --server -nl")
    assert "--ignore-existing" not in told
    for request in (BACKUP, listing_all, BACKUP.replace(" -l", " -nl"), listing_all.replace(" -l", " -ln")):
        assert " --ignore-existing --log-format" in _ask(bench, request, shell=shell, append_only=True)


def test_who_may_read_may_send_parts_of_files_and_rrsync_reads(bench: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _ask(bench, READING[0], write_only=False) == f"rrsync in {bench}: -ro -no-del -munge my backup"
    for request in (WITH_PARTS, NOT_WHOLE, WITH_LINKS):
        assert f" {HELD} --log-format" in _ask(bench, request, write_only=False)
    for request in (request for request in HOSTILE if "--server --sender " not in request):
        assert _is_refused(_ask(bench, request, write_only=False)), request
    (bench / "bin/rrsync").write_text('#!/bin/sh\necho "old: $*"\n')
    assert _ask(bench, READING[0], write_only=False) == "old: -ro my backup"
    (bench / "bin/rrsync").unlink()
    monkeypatch.setattr(request_filter, "FIND_RRSYNC", "command -v rrsync")  # not the machine's own
    assert _ask(bench, READING[0], write_only=False) == f"{request_filter.REFUSED} {request_filter.NO_RRSYNC}"


def test_rules_of_the_client_s_stay_inside_the_folder_where_rsync_can_do_that(bench: Path) -> None:
    assert "confine" not in _ask(bench, DELETING[0], allow_delete=True)
    (bench / "bin/rsync").write_text('#!/bin/sh\necho "now: $*"; echo " --confine-root=DIR"\n')
    [told, _] = _ask(bench, DELETING[0], allow_delete=True).splitlines()
    assert told.startswith(f"now: --server {FLAGS} {WHOLE} --confine-root={bench}/my backup --log-format")


def test_a_folder_that_is_missing_or_closed_is_said(bench: Path) -> None:
    (bench / "my backup").rmdir()
    assert _ask(bench, BACKUP) == f"{request_filter.REFUSED} {request_filter.NO_FOLDER}"


@pytest.mark.parametrize("scheme", [{}, {"write_only": False}, {"allow_delete": True}, {"append_only": True}])
def test_no_sign_in_it_means_something_to_another_shell(scheme: dict[str, bool]) -> None:
    profile = msgspec.structs.replace(a_profile(), scheme=msgspec.convert(scheme, SchemeSettings))
    [_, _, text, folder] = shlex.split(request_filter.command(profile, "backup/amamac"))
    assert not set(text) & set("\\!'\"`\n")
    assert folder == "backup/amamac"
