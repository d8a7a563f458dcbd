"""What this computer asks of the server, for its admin: public parts only, and read as strictly as a stranger's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from wizard import __version__, profile, rules, schemes
from wizard.client.computer import Sender
from wizard.client.keys import public_keys
from wizard.failure import BadProfile, Failure, Kind
from wizard.profile import FORMAT, Profile, SchemeSettings, Server, VersionsSettings
from wizard.schemes.facts import ClientFacts, Recorded, ServerFacts
from wizard.storage import paths, strict_toml
from wizard.storage.strict_toml import Form
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from wizard.profile import Adopting, Found

Purpose = Literal["", "restore", "adopt"]

MOST_BYTES = 64 << 10

# What our own rsync commands come to. Anything else might read, or write elsewhere, in the name of a backup.
_FLAGS = re.compile(r"-(?P<letters>[vnlWHogDtpRrzSx]+)e(?:\d+\.\d+|\.)[A-Za-z]*", re.ASCII)
_WORDS = {"--log-format=%i", "--stats", "--delete", "--delete-during"}
DELETES = {"--delete", "--delete-during"}

_VERSION = re.compile(r"[A-Za-z0-9._+-]{0,40}", re.ASCII)


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The commands that the computer's rsync asks the server to run, for schemes whose text holds them."""

    live: tuple[str, ...]
    dry: tuple[str, ...]


class Versions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The programs of the computer that asks; what is not known is empty."""

    backup_wizard: str = ""
    rsync: str = ""
    openssh: str = ""


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One computer's request; `name` is the computer's, and its folder's on the server.

    `public_key` is the key's whole line, empty for a scheme without keys. `seen_host_keys` are the fingerprints that
    the server showed, as long as none is confirmed. `purpose` is empty for a new backup, and `adopt` where the key
    takes the place of the one that the backup of that name has now. It is `restore` where the key is to read the backup
    for a restore, and to do nothing else. `keep_versions` is missing where the server is to keep none, so that an older
    backup-wizard of an admin's takes the request (`versions` are those of programs).
    """

    format: int = FORMAT
    name: str
    public_key: str = ""
    delete: bool = False
    seen_host_keys: tuple[str, ...] = ()
    server: Server
    scheme: SchemeSettings
    command: Command | None = None
    versions: Versions = Versions()
    sender: Sender = Sender()
    purpose: Purpose = ""
    keep_versions: VersionsSettings | None = None

    @property
    def profile(self) -> Profile:
        """The backup as far as its server has to know it."""
        adopting: Adopting = "yes" if self.purpose == "adopt" else ""
        return Profile(
            name=self.name,
            delete=self.delete,
            adopting=adopting,
            server=self.server,
            scheme=self.scheme,
            versions=self.keep_versions or VersionsSettings(),
        )

    @property
    def only_reads(self) -> bool:
        """Whether the key is to read a backup, and to do nothing else."""
        return self.purpose == "restore"

    @property
    def client(self) -> ClientFacts:
        """What the schemes must know of the computer that asks."""
        recorded = Recorded(live=self.command.live, dry=self.command.dry) if self.command else None
        return ClientFacts(
            known_hosts=paths.known_hosts(),
            public_key=self.public_key,
            recorded=recorded,
            rsync_version=self.versions.rsync,
            openssh_version=self.versions.openssh,
        )


def of(
    decided: Profile,
    client: ClientFacts,
    sender: Sender | None = None,
    seen_host_keys: tuple[str, ...] = (),
    purpose: Purpose = "",
) -> Request:
    """The request of a backup, or of a key that is to read it.

    Raises:
        BadProfile: something in it no admin's wizard would take.
    """
    command = Command(live=client.recorded.live, dry=client.recorded.dry) if client.recorded else None
    return check(
        Request(
            name=decided.name,
            public_key=client.public_key,
            delete=decided.delete,
            seen_host_keys=seen_host_keys,
            server=decided.server,
            scheme=decided.scheme,
            command=command,
            sender=sender or Sender(),
            purpose=purpose,
            keep_versions=decided.versions if decided.versions.are_kept else None,
            versions=Versions(backup_wizard=__version__, rsync=client.rsync_version, openssh=client.openssh_version),
        )
    )


def read(path: Path) -> Request:
    """Read a request file.

    Raises:
        Failure: it can't be read (`NO_SUCH_FILE`, `FOREIGN_REQUEST`).
        BadProfile: a value in it can't be taken; the key and the line are named.
    """
    return strict_toml.read(path, _FORM)


def read_all(paths: Iterable[Path]) -> tuple[list[Request], list[Failure]]:
    """The requests in those files, and in those folders every file that ends in .toml; and why some can't be read."""
    taken: list[Request] = []
    refused: list[Failure] = []
    for path in paths:
        inside = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not inside:
            refused.append(Failure(Kind.NO_SUCH_FILE, _("*.toml in {folder}").format(folder=path)))
        for file in inside:
            try:
                taken.append(read(file))
            except Failure as failure:
                refused.append(failure)
    return taken, refused


def dumps(request: Request) -> str:
    """The request as its file holds it."""
    return strict_toml.dumps(request)


def check(request: Request) -> Request:
    """Return the request if every value in it can be taken.

    Raises:
        BadProfile: names the first value that can't.
    """
    for key, complaint in profile.of_versions(request.profile.versions, "keep_versions"):
        if complaint:
            raise BadProfile(complaint, key=key)
    profile.check(request.profile)
    for key, complaint in _complaints(request):
        if complaint:
            raise BadProfile(complaint, key=key)
    return request


def check_asked(request: Request) -> Request:
    """Return the request if an admin can grant it, whoever sent it.

    Raises:
        BadProfile: names the first value that can't be granted.
    """
    if complaint := rules.account_asked_for(request.server.user):
        raise BadProfile(complaint, key="server.user")
    return check(request)


def _complaints(request: Request) -> Iterator[Found]:
    scheme = schemes.of(request.profile)
    only = _("This version of backup-wizard reads only requests of format {number}.").format(number=FORMAT)
    yield "format", None if request.format == FORMAT else only
    yield "server.host", None if request.server.host else _("This setting is missing.")
    yield "server.user", None if request.server.user else _("This setting is missing.")
    if request.public_key or scheme.uses_ssh:
        yield "public_key", _key_complaint(request.public_key)
    records_command = scheme.records_command and not request.only_reads
    if request.command or records_command:
        yield "command", _command_complaint(request.command, deletes=request.delete)
    fit = scheme.fits(request.client, ServerFacts(), request.profile)
    yield "scheme.kind", None if fit.possible else fit.reason
    for fingerprint in request.seen_host_keys:
        yield "seen_host_keys", rules.fingerprint(fingerprint)
    sender = request.sender
    yield "sender.person", rules.person(sender.person)
    yield "sender.account", rules.sender_account(sender.account) if sender.account else None
    yield "sender.computer", rules.computer(sender.computer) if sender.computer else None
    for name in ("backup_wizard", "rsync", "openssh"):
        version = getattr(request.versions, name)
        yield f"versions.{name}", None if _VERSION.fullmatch(version) else _("This isn't a version number.")
    if records_command:
        yield "command", _renders(request)


def _key_complaint(line: str) -> str | None:
    if why := public_keys.weakness(line):
        return _("This key is too weak: {reason}. Ask for a request with a new key.").format(reason=why)
    if public_keys.is_public_line(line):
        # A comment is free text, and nothing on a server may take it for the key.
        comment = " ".join(line.split(" ")[2:])
        return _("The key's comment looks like another key.") if "AAAA" in comment else None
    return _("This isn't a single public key, as in a file that ends in .pub.")


def _command_complaint(command: Command | None, *, deletes: bool) -> str | None:
    if command is None:
        return _("This scheme needs the recorded commands.")
    if all(_is_our_own(words, dry=dry, deletes=deletes) for words, dry in ((command.live, False), (command.dry, True))):
        return None
    return _("This isn't the command that backup-wizard's rsync sends.")


def _is_our_own(words: Sequence[str], *, dry: bool, deletes: bool) -> bool:
    if len(words) < 5 or (*words[:2], words[-2]) != ("rsync", "--server", "."):
        return False
    flags, options = _FLAGS.fullmatch(words[2]), set(words[3:-2])
    return (
        flags is not None
        and ("n" in flags["letters"]) is dry
        and options <= _WORDS
        and bool(options & DELETES) is deletes
        and words[-1].isprintable()
    )


def _renders(request: Request) -> str | None:
    try:
        schemes.of(request.profile).server_setup(request.profile, request.client, ServerFacts())
    except Failure:
        return _("This isn't the command that backup-wizard's rsync sends.")
    return None


def _is_request(topmost: Mapping[str, object]) -> bool:
    return "server" in topmost and not topmost.keys() & {"folders", "key"}


_FORM = Form(
    type=Request,
    check=check_asked,
    is_ours=_is_request,
    missing=Kind.NO_SUCH_FILE,
    foreign=Kind.FOREIGN_REQUEST,
    most_bytes=MOST_BYTES,
)
