"""Request files: what is written is read again, and nothing gets through that an admin should not meet."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from screens.admin import asked_words
from tests.support.data.profiles import a_profile
from tests.support.data.requests import COMMAND, a_request, public_key, rsa_key, saved
from wizard import trouble
from wizard.client import access, request
from wizard.client.keys import protected_key
from wizard.failure import BadProfile, Failure, Kind
from wizard.profile import SchemeKind, SchemeSettings, Server, VersionsSettings
from wizard.server import exports

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.table import Tried
    from wizard.client.request import Request

KINDS = get_args(SchemeKind)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_read_again(kind: SchemeKind, tmp_path: Path) -> None:
    asked = a_request(kind)
    assert request.read(saved(asked, tmp_path)) == asked


@pytest.mark.parametrize("kind", KINDS)
def test_the_admin_s_wizard_writes_what_the_user_s_would(kind: SchemeKind, tmp_path: Path) -> None:
    profile = a_profile(
        scheme=SchemeSettings(kind=kind, auth=False), server=Server(host="f.lan", user="u", root="/srv/b")
    )
    protected_key.ensure(profile)
    client = access.facts(profile)
    path = tmp_path / "request.toml"
    path.write_text(exports.export(profile, client, "request"))
    assert "Documents" not in path.read_text()
    asked = request.read(path)
    context = exports.context_of_request(asked)
    for format in exports.formats(profile, client):
        if format.name != "request":
            assert format.render(context) == exports.export(profile, client, format.name)
    assert exports.FORMATS["request"].render(context) == path.read_text()
    assert asked.versions.rsync
    assert asked.versions.openssh


def test_one_without_other_addresses_is_read_by_an_older_wizard_too(tmp_path: Path) -> None:
    assert "elsewhere" not in saved(a_request(), tmp_path).read_text()
    scheme = SchemeSettings(from_=("192.0.2.7",), elsewhere="add", allow_delete=True)
    asked = request.read(saved(a_request(scheme=scheme, delete=True), tmp_path))
    here, away = exports.FORMATS["authorized-keys"].render(exports.context_of_request(asked)).split("\nrestrict,")[1:]
    assert 'from="192.0.2.7"' in here
    assert "--delete-during" in here
    assert "from=" not in away
    assert "--delete" not in away
    assert "--ignore-existing" in away


@pytest.mark.parametrize(
    ("old", "new", "key", "line"),
    [
        ("delete = false", 'delete = false\nshell = "/bin/sh"', "shell", 5),
        ("[server]", '[server]\npasswd = "x"', "server.passwd", 8),
        ("format = 1", "format = 2", "format", 1),
        ('name = "amamac"', 'name = "../amamac"', "name", 2),
        ('user = "amanda"', 'user = "amanda; id"', "server.user", 10),
        ('user = "amanda"\n', "", "server.user", None),
        ('root = "backup"', 'root = "back\\u001b[2Jup"', "server.root", 11),
        ('root = "backup"', 'root = "back\\nup"', "server.root", 11),
        ('root = "backup"', 'root = "back\\u202eup"', "server.root", 11),
        ('root = "backup"', 'root = ".ssh"', "server.root", 11),
        ('root = "backup"', 'root = "/home/bob"', "server.root", 11),
        ('root = "backup"', 'root = "/etc/cron.d"', "server.root", 11),
        ('user = "amanda"', 'user = "root"', "server.user", 10),
        ('user = "amanda"', 'user = "1000"', "server.user", 10),
        ('kind = "rrsync"', 'kind = "root"', "scheme.kind", 15),
        ('kind = "rrsync"', 'kind = "daemon"', "scheme.kind", 15),
        ('kind = "rrsync"', 'kind = "forced-command"', "command", None),
        ("from = []", 'from = ["*\\",command=\\"sh"]', "scheme.from", 18),
        ("from = []", 'from = []\nelsewhere = "add"', "scheme.elsewhere", 19),
        ("from = []", 'from = ["192.0.2.7"]\nelsewhere = "anything"', "scheme.elsewhere", 19),
        ("from = []", 'from = ["192.0.2.7"]\nelsewhere = true', "scheme.elsewhere", 19),
        ('kind = "rrsync"', 'kind = "daemon-over-ssh"\nelsewhere = "add"', "scheme.elsewhere", 16),
        ("delete = false", "delete = true", "delete", 4),
        ("ssh-ed25519 ", "no-pty ssh-ed25519 ", "public_key", 3),
        ("ssh-ed25519 ", 'command=\\"sh\\" ssh-ed25519 ', "public_key", 3),
        ("ssh-ed25519 ", "ssh-rsa ", "public_key", 3),
        ("backup-wizard-amamac", "me\\nssh-ed25519 AAAA", "public_key", 3),
        ("backup-wizard-amamac", "\\u202eme", "public_key", 3),
        ("backup-wizard-amamac", "me AAAAC3NzaC1lZDI1NTE5AAAAIGLX", "public_key", 3),
        (public_key(), "", "public_key", 3),
        (public_key(), rsa_key(2048), "public_key", 3),
        (public_key(), rsa_key(3071), "public_key", 3),
        (public_key(), rsa_key(3072)[:60], "public_key", 3),
        (public_key(), rsa_key(3072).replace("ssh-rsa", "ssh-dss"), "public_key", 3),
        ("backup-wizard-amamac", "x" * 16_384, "public_key", 3),
        ('backup_wizard = ""', 'backup_wizard = "1\\u0007"', "versions.backup_wizard", 24),
        ("seen_host_keys = []", 'seen_host_keys = ["SHA256:mine"]', "seen_host_keys", 5),
        ("[server]", '[server]\njump = "$(id)@gate"', "server.jump", 8),
        ("[server]", '[server]\njump = "amanda@-oProxyCommand=id"', "server.jump", 8),
        ("[sender]", '[sender]\nperson = "A # backup-wizard commands begin"', "sender.person", 28),
        ("[sender]", '[sender]\nperson = "A\\nB"', "sender.person", 28),
        ("[sender]", '[sender]\nperson = "\\u202eadnamA"', "sender.person", 28),
        ("[sender]", f'[sender]\nperson = "{"A" * 65}"', "sender.person", 28),
        ("[sender]", '[sender]\naccount = "a;b"', "sender.account", 28),
        ("[sender]", '[sender]\ncomputer = "$(id)"', "sender.computer", 28),
        ("[sender]", '[keep_versions]\nkeep = "server; id"\n[sender]', "keep_versions.keep", 28),
        ("[sender]", '[keep_versions]\ndaily = "7\\ncmd_rsync /tmp/x"\n[sender]', "keep_versions.daily", 28),
        ("[sender]", "[keep_versions]\ndaily = 1000000000\n[sender]", "keep_versions.daily", 28),
        ("[sender]", "[keep_versions]\nweekly = -1\n[sender]", "keep_versions.weekly", 28),
        ("[sender]", "[keep_versions]\nmonthly = true\n[sender]", "keep_versions.monthly", 28),
        ("[sender]", "[keep_versions]\nweekly = 0\n[sender]", "keep_versions.monthly", None),
        ("[sender]", '[keep_versions]\npath = "/home/bob"\n[sender]', "keep_versions.path", 28),
    ],
)
def test_what_can_t_be_taken_is_told_with_its_key_and_line(
    old: str, new: str, key: str, line: int | None, tmp_path: Path
) -> None:
    text = msgspec.structs.replace(a_request(), versions=request.Versions(rsync="3.2.7"))
    path = saved(text, tmp_path)
    whole = path.read_text().replace("[versions]", '[versions]\nbackup_wizard = ""')
    assert old in whole
    path.write_text(whole.replace(old, new, 1))
    with pytest.raises(BadProfile) as failure:
        request.read(path)
    assert (failure.value.key, failure.value.line) == (key, line)
    assert str(path) in failure.value.about


def test_the_admin_reads_which_way_the_user_comes(tmp_path: Path) -> None:
    server = msgspec.structs.replace(a_request().server, jump="amanda@gate.example.lan:2200")
    asked = request.read(saved(msgspec.structs.replace(a_request(), server=server), tmp_path))
    assert asked_words.about(asked)["from"].endswith(" (the user connects through amanda@gate.example.lan:2200)")
    assert "jump" not in saved(a_request(), tmp_path).read_text()  # which an older wizard would refuse


def test_the_admin_is_asked_for_versions_where_they_are_wanted_and_an_older_wizard_reads_all_others(
    tmp_path: Path,
) -> None:
    assert "keep_versions" not in saved(a_request(), tmp_path).read_text()
    wanted = VersionsSettings(keep="server", daily=14)
    profile = a_profile(scheme=SchemeSettings(), versions=wanted)
    protected_key.ensure(profile)
    path = tmp_path / "request.toml"
    path.write_text(exports.export(profile, access.facts(profile), "request"))
    assert request.read(path).profile.versions == wanted


LIVE, DRY = COMMAND.live, COMMAND.dry


@pytest.mark.parametrize(
    ("live", "dry"),
    [
        (("sh", *LIVE[1:]), DRY),
        (("/tmp/rsync", *LIVE[1:]), DRY),
        (DRY, DRY),
        (LIVE, LIVE),
        ((*LIVE[:3], "--sender", *LIVE[3:]), DRY),
        ((*LIVE[:3], "--log-file=/etc/passwd", *LIVE[3:]), DRY),
        ((*LIVE[:3], "--remove-source-files", *LIVE[3:]), DRY),
        ((*LIVE[:3], "--delete", *LIVE[3:]), DRY),
        ((*LIVE[:2], "-slHogDtpre.iLsfxCIvu", *LIVE[3:]), DRY),
        ((*LIVE[:2], "--daemon", *LIVE[3:]), DRY),
        ((*LIVE[:2], "-lHogDtpre.i;id", *LIVE[3:]), DRY),
        ((*LIVE[:-1], "a\nb"), DRY),
        ((), DRY),
    ],
)
def test_a_command_that_is_not_our_rsync_s_is_refused(live: tuple[str, ...], dry: tuple[str, ...]) -> None:
    with pytest.raises(BadProfile) as failure:
        request.check(a_request("forced-command", command=request.Command(live=live, dry=dry)))
    assert failure.value.key == "command"


@pytest.mark.parametrize("line", [rsa_key(3072), rsa_key(4096)])
def test_an_rsa_key_that_is_long_enough_is_taken(line: str, tmp_path: Path) -> None:
    asked = a_request(public_key=line)
    assert request.read(saved(asked, tmp_path)) == asked


def test_a_mark_of_byte_order_is_no_part_of_a_request(tmp_path: Path) -> None:
    path = saved(a_request(), tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert request.read(path) == a_request()


def _fill(path: Path) -> None:
    path.write_text(request.dumps(a_request()) + "#" * request.MOST_BYTES)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda path: None, Kind.NO_SUCH_FILE),
        (lambda path: path.mkdir(), Kind.FOREIGN_REQUEST),
        (lambda path: path.write_text(""), Kind.FOREIGN_REQUEST),
        (lambda path: path.write_bytes(b"\0\xff"), Kind.FOREIGN_REQUEST),
        (lambda path: path.write_text('format = 1\nname = "a"\nfolders = []\n[server]\n'), Kind.FOREIGN_REQUEST),
        (_fill, Kind.FOREIGN_REQUEST),
        (os.mkfifo, Kind.FOREIGN_REQUEST),
        (lambda path: path.symlink_to("/dev/zero"), Kind.FOREIGN_REQUEST),
        (lambda path: path.symlink_to("/dev/tty"), Kind.FOREIGN_REQUEST),
        (lambda path: path.symlink_to(path), Kind.FOREIGN_REQUEST),
        (lambda path: path.open("wb").truncate(1 << 40), Kind.FOREIGN_REQUEST),
    ],
    ids=["none", "folder", "empty", "binary", "a profile", "huge", "pipe", "device", "terminal", "loop", "giant"],
)
def test_a_foreign_file_is_told_apart(make: Callable[[Path], object], kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / "request.toml"
    make(path)
    with pytest.raises(Failure) as failure:
        request.read(path)
    assert failure.value.kind is kind
    assert str(path) in trouble.explain(failure.value).what


_TEXT = some.text(max_size=30)
_VALUES = some.one_of(_TEXT, some.integers(), some.booleans(), some.none(), some.lists(_TEXT, max_size=3))


@some.composite
def _hostile(draw: some.DrawFn) -> str:
    """A good request with some of its text, or of its values, made strange."""
    whole = request.dumps(a_request(draw(some.sampled_from(KINDS))))
    if draw(some.booleans()):
        at, length = draw(some.integers(0, len(whole))), draw(some.integers(0, 12))
        return whole[:at] + draw(_TEXT) + whole[at + length :]
    lines = whole.splitlines()
    at = draw(some.integers(0, len(lines) - 1))
    name = lines[at].split(" = ")[0]
    strange = msgspec.json.encode(draw(_VALUES)).decode()
    return "\n".join([*lines[:at], f"{name} = {strange}", *lines[at + 1 :]])


def test_whatever_a_request_holds_it_is_taken_whole_or_refused_in_words(tmp_path: Path, tried: Tried) -> None:
    path = tmp_path / "request.toml"

    @settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(_hostile())
    def check(text: str) -> None:
        tried.inputs += 1
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            taken = request.read(path)
        except Failure as failure:
            told = trouble.explain(failure)
            assert failure.kind in {Kind.BAD_PROFILE, Kind.FOREIGN_REQUEST}
            assert all(sign.isprintable() for sign in told.what)
            assert "`" not in told.what or "`" in text
        else:
            tried.read += 1
            _renders_everywhere(taken)

    check()
    tried.tell()


def _renders_everywhere(taken: Request) -> None:
    context = exports.context_of_request(taken)
    for format in exports.FORMATS.values():
        if format.applies(context.setup) and not format.holds_secret:
            assert format.render(context)
