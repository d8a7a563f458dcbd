"""What an admin changes in a request, how it is told, and which requests can't all be granted."""

from __future__ import annotations

import re

import msgspec
import pytest

from screens.admin import asked_words
from tests.support.data.requests import COMMAND, a_request, public_key
from wizard import allowed_from
from wizard import approval as grants
from wizard.allowed_from import Relation
from wizard.approval import Approval
from wizard.client import request as requests
from wizard.client.request import Command, Request
from wizard.failure import BadProfile
from wizard.profile import SchemeSettings, Server, VersionsSettings
from wizard.schemes import restrictions
from wizard.schemes.forced_command import ForcedCommand
from wizard.server import clashes, exports


def _changed(asked: Request, **scheme: object) -> Approval:
    return grants.changed(
        Approval.as_asked(asked),
        account="backup-amanda",
        root="/srv/backup",
        scheme=msgspec.structs.replace(asked.scheme, **scheme),
        note="20 GB",
    )


def test_what_is_granted_as_asked_has_no_difference() -> None:
    granted = Approval.as_asked(a_request())
    assert granted.differences == []
    assert "differ from what you asked" not in grants.reply(granted)
    assert "backup-wizard amamac" in grants.reply(granted)


def test_an_admin_may_grant_all_but_the_versions() -> None:
    asked = msgspec.structs.replace(a_request(), keep_versions=VersionsSettings(keep="server"))
    assert "keeps older versions (7 days, 4 weeks, 12 months)" in asked_words.about(asked)["set"]
    assert _changed(asked).granted.keep_versions == asked.keep_versions
    server, scheme = asked.server, asked.scheme
    without = grants.changed(
        Approval.as_asked(asked), account=server.user, root=server.root, scheme=scheme, note="", keeps_versions=False
    )
    assert [one.words for one in without.differences] == ["keep older versions: asked for yes → you grant no"]
    assert "change it in the “Older versions” step" in grants.reply(without)
    assert not without.granted.profile.versions.are_kept


def test_every_change_is_told_in_words_with_the_step_to_go_to() -> None:
    asked = a_request(delete=True, scheme=SchemeSettings(allow_delete=True))
    granted = _changed(asked, allow_delete=False, from_=("192.0.2.7",), append_only=True, munge=False, write_only=False)
    said = [one.words for one in granted.differences]
    assert said == [
        "account: asked for amanda → you grant backup-amanda",
        "folder on the server: asked for backup → you grant /srv/backup",
        "allowed from: asked for anywhere → you grant 192.0.2.7",
        "write only (rsync can't read files back): asked for yes → you grant no",
        "may delete files in the backup: asked for yes → you grant no",
        "append only (rsync can't change existing files): asked for no → you grant yes",
        "links are made inactive (munge): asked for yes → you grant no",
        "delete from the backup what is deleted here: asked for yes → you grant no",
    ]
    told = grants.reply(granted)
    assert "  - account: backup-amanda\n    (you asked for: amanda; change it in the “Server” step)" in told
    assert "Please note: 20 GB" in told
    assert all(len(line) <= 100 for line in told.splitlines())


def test_an_admin_may_leave_out_the_line_for_other_addresses() -> None:
    away = SchemeSettings(from_=("192.0.2.7",), elsewhere="add")
    granted = _changed(a_request(scheme=away), **restrictions.settings({"elsewhere": False}))
    assert granted.granted.scheme.elsewhere == ""
    said = [one.words for one in granted.differences]
    assert "from other addresses, may only add files (elsewhere): asked for yes → you grant no" in said
    assert _changed(a_request(scheme=away), **restrictions.settings({"elsewhere": True})).granted.scheme == away


def test_the_granted_text_is_what_the_user_s_wizard_expects_once_it_is_told() -> None:
    with_delete = Command(
        live=(*COMMAND.live[:4], "--delete", *COMMAND.live[4:]), dry=(*COMMAND.dry[:4], "--delete", *COMMAND.dry[4:])
    )
    asked = a_request("forced-command", delete=True, command=with_delete)
    asked = requests.check(
        msgspec.structs.replace(asked, scheme=SchemeSettings(kind="forced-command", allow_delete=True))
    )
    granted = _changed(asked, allow_delete=False).granted
    assert granted.command == COMMAND
    line = exports.FORMATS["authorized-keys"].render(exports.context_of_request(granted))
    assert ForcedCommand().command_digest(granted.profile, granted.client) in line
    assert "--delete" not in line


@pytest.mark.parametrize(
    ("account", "root", "scheme", "key"),
    [
        ("a b", "backup", SchemeSettings(), "server.user"),
        ("", "backup", SchemeSettings(), "server.user"),
        ("amanda", "~", SchemeSettings(), "server.root"),
        ("amanda", "/home/amanda", SchemeSettings(), "server.root"),
        ("root", "backup", SchemeSettings(), "server.user"),
        ("amanda", "backup", SchemeSettings(from_=("!192.0.2.7",)), "scheme.from"),
        ("amanda", "backup", SchemeSettings(append_only=True, allow_delete=True), "scheme.append_only"),
    ],
)
def test_an_admin_s_slip_is_told_with_its_key(account: str, root: str, scheme: SchemeSettings, key: str) -> None:
    with pytest.raises(BadProfile) as failure:
        grants.changed(Approval.as_asked(a_request()), account=account, root=root, scheme=scheme, note="")
    assert failure.value.key == key


def _other(**changes: object) -> Request:
    return msgspec.structs.replace(a_request(name="bobpc", public_key=public_key(2)), **changes)


def _at(root: str, *, name: str = "amamac", user: str = "bob") -> Request:
    """A request of an account of its own, with a key of its own."""
    key = public_key(4 + len(user))
    return _other(name=name, public_key=key, server=Server(host="f.lan", user=user, root=root))


def _reader(name: str, root: str) -> Request:
    """A stranger's request to read a backup."""
    server = Server(host="f.lan", user="bob", root=root)
    return _other(name=name, public_key=public_key(9), server=server, purpose="restore")


def _daemon(root: str, *, name: str = "amamac", user: str = "amanda") -> Request:
    return a_request("daemon", name=name, server=Server(host="f.lan", user=user, root=root))


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (a_request(), a_request(), "open more than once"),
        (a_request(), a_request(public_key=public_key(2)), "several requests are for the same backup"),
        (
            a_request(),
            _at("/home/amanda//backup/", user="amanda@example.lan"),
            "same folder",
        ),
        (_at("/srv/x"), _at("/srv//x/", user="carol"), "same folder and overwrite"),
        (
            _at("/srv/x"),
            _at("/srv/X", user="carol"),
            "same folder on a server that ignores capital letters",
        ),
        (_at("/srv/été"), _at("/srv/e\u0301te\u0301", user="carol"), "ignores capital letters"),
        (a_request(), _other(name="Amamac", server=a_request().server), "names differ only in capital letters"),
        (_at("/srv/x"), _at("/srv/x/amamac", user="carol"), "inside the other. Anyone with the outer one's key"),
        (_at("/srv/x/amamac"), _at("/srv/x", user="carol"), "inside the other. Anyone with the outer one's key"),
        (
            _at("/srv/x"),
            _at("/srv/X/amamac/b", user="carol"),
            "inside the other on a server that ignores capital",
        ),
        (
            a_request(),
            _at("/home/amanda/backup/amamac/deep", user="amanda", name="other"),
            "inside the other. Anyone",
        ),
        (_daemon("/srv/x"), _at("/srv/x", name="bobpc"), "inside the other. Anyone"),
        (_daemon("/srv/x"), _daemon("/srv/x/", name="bobpc", user="bob"), "all open the same folder"),
        (_daemon("/srv/x/amamac", name="bobpc"), _at("/srv/x", user="carol"), "all open the same folder"),
        (_daemon("/srv/x"), _daemon("/srv/y", user="bob"), "one name, and the rsync daemon of a server can serve only"),
        (
            a_request("daemon"),
            msgspec.structs.replace(a_request("daemon"), name="bobpc"),
            "use the same module",
        ),
        (a_request(), _other(public_key=public_key(comment="another")), "the same key"),
        (_at("/srv/x/backups"), _reader("backups", "/srv/x"), "could also read the backups of the others"),
    ],
)
def test_requests_that_clash_are_noticed_and_told_once(first: Request, second: Request, words: str) -> None:
    found = clashes.among([first, _other(name="third", public_key=public_key(3)), second])
    assert [(one.requests, words in one.sentence) for one in found] == [((0, 2), True)]


def _of_one_key(*places: tuple[str, ...]) -> list[Request]:
    """Requests of one account with one key, each from its own places."""
    return [a_request(name=f"pc{number}", scheme=SchemeSettings(from_=from_)) for number, from_ in enumerate(places)]


@pytest.mark.parametrize(
    "places",
    [
        (("192.0.2.0/24",), ()),
        ((), ("192.0.2.7",), ("192.0.2.0/24",)),
        (("192.0.2.7", "2001:db8::7"), ("192.0.2.0/24", "2001:db8::/32")),
        (("192.0.2.0/25",), ("192.0.2.128/25",), ("2001:db8::/32",)),
        (("pc.example.lan",), ()),  # whatever it stands for, it is fewer than all
        (("192.0.2.*", "!192.0.2.7"), ()),
    ],
)
def test_one_key_with_a_line_for_each_place_is_no_clash(places: tuple[tuple[str, ...], ...]) -> None:
    asked = _of_one_key(*places)
    assert clashes.among(asked) == []
    (told,) = clashes.one_key(asked)
    assert told.requests == tuple(range(len(asked)))
    assert "make sure that all of them come from the owner of the key" in told.sentence
    # As sshd reads them, none is hidden behind one for more places.
    contexts = [exports.context_of_request(one) for one in asked]
    text = exports.FORMATS["authorized-keys"].render_all(contexts)
    found = [
        tuple(one.split(",")) if one else () for one in re.findall(r'restrict,command=.*?(?:,from="(.*)")? ssh-', text)
    ]
    assert sorted(found) == sorted(places)
    for number, one in enumerate(found):
        assert not any(allowed_from.relation(one, before) is Relation.INSIDE for before in found[:number])


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ((), (), "is used twice in one account. sshd uses only the first line"),
        (("192.0.2.7",), ("192.0.2.7",), "is used twice in one account. sshd uses only the first line"),
        (("192.0.2.7",), ("192.0.2.7/32",), "overlap or can't be compared"),
        (("192.0.2.0/24", "198.51.100.7"), ("192.0.2.7", "198.51.100.0/24"), "overlap or can't be compared"),
        (("192.0.2.0/24", "203.0.113.7"), ("192.0.2.0/24", "198.51.100.7"), "overlap or can't be compared"),
        (("pc.example.lan",), ("192.0.2.7",), "overlap or can't be compared"),
        (("pc.example.lan",), ("other.example.lan",), "overlap or can't be compared"),
        (("192.0.2.*",), ("198.51.100.7",), "overlap or can't be compared"),
        (("192.0.2.0/24", "!192.0.2.7"), ("192.0.2.7",), "overlap or can't be compared"),
        (("fe80::7%eth0",), ("2001:db8::/32",), "overlap or can't be compared"),
        (("::ffff:192.0.2.7",), ("192.0.2.0/24",), "overlap or can't be compared"),
    ],
)
def test_one_key_from_places_that_are_neither_apart_nor_inside_each_other_is_a_clash(
    one: tuple[str, ...], other: tuple[str, ...], words: str
) -> None:
    asked = _of_one_key(one, other)
    (clash,) = clashes.among(asked)
    assert words in clash.sentence
    assert clashes.one_key(asked) == []


def test_one_key_in_two_accounts_is_a_clash_from_wherever() -> None:
    server = Server(host="f.lan", user="bob", root="backup")
    asked = [*_of_one_key(("192.0.2.7",)), _other(public_key=public_key(), server=server)]
    (clash,) = clashes.among(asked)
    assert "these computers have the same key" in clash.sentence


def test_a_folder_in_another_account_s_home_is_told() -> None:
    found = clashes.among(
        [a_request(), _at("/home/carol/backup", name="bobpc"), _at("/home/amanda/b", user="amanda@lan")]
    )
    assert [one.requests for one in found] == [(1,)]
    assert found[0].sentence == "bobpc (bob): the request is for a folder in another account's home."


def test_all_that_are_inside_one_folder_are_told_together() -> None:
    inner = [_at(f"/srv/x/amamac/{number}", name=f"pc{number}", user=f"user{number}") for number in range(5)]
    beside = _at("/srv/x/amamac-too", name="beside", user="carol")
    inner = [msgspec.structs.replace(one, public_key=public_key(number + 10)) for number, one in enumerate(inner)]
    (found,) = clashes.among([beside, *inner, _at("/srv/x")])
    assert found.requests == (1, 2, 3, 4, 5, 6)
    assert found.sentence.startswith("amamac (bob), pc0 (user0), pc1 (user1) and 3 more: one backup would be inside")


def test_an_office_of_many_has_no_clash_until_two_are_alike() -> None:
    office = [_other(name=f"pc{number}", public_key=public_key(number)) for number in range(300)]
    assert clashes.among(office) == []
    (found,) = clashes.among([*office, *office[7:8] * 4])
    assert found.requests == (7, 300, 301, 302, 303)
    assert "pc7 (amanda): the same" in found.sentence


def test_one_text_over_many_computers_says_which_part_belongs_where() -> None:
    contexts = [
        exports.context_of_request(one)
        for one in (
            a_request(),
            _other(),
            _other(name="carolpc", server=Server(host="f.lan", user="carol")),
            a_request("daemon-over-ssh", name="davepc", public_key=public_key(4)),
        )
    ]
    keys = exports.FORMATS["authorized-keys"].render_all(contexts)
    amanda, carol = keys.split("# ~carol/.ssh/authorized_keys\n")
    assert amanda.count("# backup-wizard begin") == 3
    assert carol.count("# backup-wizard begin") == 1
    modules = exports.FORMATS["rsyncd"].render_all(contexts)
    assert "# /etc/backup-wizard/davepc@amanda.conf\n" in modules
    assert modules.endswith(exports.FORMATS["rsyncd"].render(contexts[3]))
    messages = exports.FORMATS["text"].render_all(contexts)
    assert all(f"\n# {one.profile.name}\n" in messages for one in contexts)
