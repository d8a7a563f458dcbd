"""A second key that reads for a while: asked for, let in, proved, used, expired, and seen shut; on every scheme."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.support.commands import backup_wizard
from tests.support.data.trees import tree
from tests.support.servers import placing
from tests.support.servers.office import ACCOUNT
from wizard.client.keys import reading_key, secrets
from wizard.client.session import Session
from wizard.failure import Failure, Kind
from wizard.restore import second_key
from wizard.running import report
from wizard.server import kept_facts
from wizard.storage import state_files

if TYPE_CHECKING:
    from tests.support.secret_service import SecretService
    from tests.support.servers.office import Office
    from wizard.client.keys.reading_key import Asked
    from wizard.profile import Profile

KEYS = f"/home/{ACCOUNT}/.ssh/authorized_keys"
EXPIRY = re.compile(r'expiry-time="\d+Z?"')


async def backed_up(office: Office, kind: str, source: Path, **scheme: Any) -> Profile:
    profile = placing.profile_for(office, kind, source, scheme=scheme)
    await report.backup(profile, placing.settle(office, profile))
    return profile


def asked_for(profile: Profile) -> Asked:
    asked = reading_key.kept(profile.name)
    assert asked
    return asked


def use(office: Office, profile: Profile) -> None:
    """Put what is asked for in place, as the admin would."""

    def text(format: str) -> str:
        ran = backup_wizard("restore", profile.name, "--ask", "--format", format)
        assert ran.exit_code == 0, ran.stderr
        return ran.stdout

    if profile.scheme.kind != "daemon":
        office.authorize(office.path(KEYS).read_text() + text("authorized-keys"))
        return
    before = office.path("/etc/rsyncd.conf").read_text()
    office.put("/etc/rsyncd.conf", before + text("rsyncd"), mode=0o644)
    office.put(f"/etc/rsyncd-{profile.name}+restore.secrets", text("secrets"))


def let_expire(office: Office, profile: Profile) -> None:
    """Have the two days passed: in the server's line, and in what is known here of what was asked for."""
    past = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=2)
    before = office.path(KEYS).read_text() if profile.scheme.kind != "daemon" else ""
    if written := EXPIRY.search(before):
        when = f"{past:%Y%m%d%H%M}Z" if "Z" in written[0] else f"{past.astimezone():%Y%m%d%H%M}"
        office.put(KEYS, before.replace(written[0], f'expiry-time="{when}"'), owner=ACCOUNT)
    asked = msgspec.structs.replace(asked_for(profile), expires=past)
    state_files.save(profile.name, "restore-key.json", asked)


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("kind", "sshd"),
    [
        ("rrsync", (7, 4)),
        ("daemon", None),
        pytest.param("forced-command", (9, 2), marks=pytest.mark.every_case),
        pytest.param("rrsync", None, marks=pytest.mark.every_case),
        pytest.param("daemon-over-ssh", (8, 4), marks=pytest.mark.every_case),
    ],
)
async def test_it_is_asked_for_opens_reads_and_is_shut_again(
    kind: str,
    sshd: tuple[int, int] | None,
    office: Office,
    sample_folder: Path,
    home: Path,
    secret_service: SecretService,
) -> None:
    profile = await backed_up(office, kind, sample_folder)
    kept_facts.learn(profile, openssh_version=sshd)
    by_hand = kind == "daemon" or sshd == (7, 4)
    stored = tree(office.path(placing.ROOT))
    refused = backup_wizard("restore", profile.name)
    assert refused.exit_code not in {0, 75}
    assert "restore amamac --ask" in words(refused.stderr)

    message = backup_wizard("restore", profile.name, "--ask")
    assert message.exit_code == 0, message.stderr
    assert "Hello," in message.stdout
    assert "run “backup-wizard restore amamac”" in words(message.stderr)
    assert backup_wizard("restore", profile.name, "--ask").stdout == message.stdout
    assert backup_wizard("restore", profile.name, "--ask", "--json").json == {
        "profile": profile.name,
        "expires": f"{asked_for(profile).expires:%Y-%m-%dT%H:%M:%SZ}",
        "by_itself": not by_hand,
        "format": "text",
        "text": message.stdout,
    }
    assert "# read key:" in backup_wizard("show", profile.name).stdout
    waiting = backup_wizard("restore", profile.name)
    assert waiting.exit_code == 75, waiting.stderr
    assert "doesn't accept the key for reading yet" in words(waiting.stderr)

    use(office, profile)
    done = backup_wizard("restore", profile.name)
    assert done.exit_code == 0, done.stderr
    assert "can read this backup and do nothing else (it passed all" in words(done.stderr), done.stderr
    assert ("until" in done.stderr) is not by_hand
    assert ("grep -qsFx" in done.stderr) is by_hand  # the line that takes it back
    assert ("expiry-time" in office.path(KEYS).read_text() if kind != "daemon" else False) is not by_hand
    (restored,) = home.glob("Restored from amamac *")
    files = {path: one.content for path, one in tree(sample_folder).items() if one.kind == "-"}
    assert {path: one.content for path, one in tree(restored / sample_folder.name).items() if one.kind == "-"} == files
    assert tree(office.path(placing.ROOT)) == stored

    key, asked = asked_for(profile).file, asked_for(profile)
    assert asked.was_let_in
    let_expire(office, profile)
    if by_hand:
        still = backup_wizard("run", profile.name)
        assert still.exit_code == 0, still.stderr
        assert "still accepts the key for reading. Ask your admin to take it back" in words(still.stderr)
        file, owner = ("/etc/rsyncd.conf", "root") if kind == "daemon" else (KEYS, ACCOUNT)
        own = office.path(file).read_text().partition("# backup-wizard begin amamac+restore")[0]
        office.put(file, own, mode=0o644, owner=owner)
    else:
        expired = backup_wizard("restore", profile.name)
        assert expired.exit_code == 1, expired.stderr
        assert "The key for reading expired" in expired.stderr
    shut = backup_wizard("run", profile.name)
    assert shut.exit_code == 0, shut.stderr
    assert "no longer accepts the key for reading. It was deleted here." in words(shut.stderr)
    assert not key or not Path(key).exists()
    with pytest.raises(Failure) as gone:
        secrets.fetch(profile.name, reading_key.SECRET)
    assert gone.value.kind is Kind.SECRET_MISSING
    assert "reading" not in backup_wizard("run", profile.name).stderr
    assert "read key" not in backup_wizard("show", profile.name).stdout
    assert "--ask" in backup_wizard("restore", profile.name).stderr


async def test_nothing_is_taken_for_shut_without_evidence(
    office: Office, sample_folder: Path, home: Path, secret_service: SecretService
) -> None:
    profile = await backed_up(office, "rrsync", sample_folder)
    use(office, profile)
    lines = office.path(KEYS).read_text()
    asked = asked_for(profile)
    past = msgspec.structs.replace(asked, expires=datetime.now(UTC) - timedelta(minutes=1))
    state_files.save(profile.name, "restore-key.json", past)

    still_open = backup_wizard("run", profile.name)
    assert "still accepts the key for reading, though its time ended" in words(still_open.stderr)
    assert "sed -i" in still_open.stderr
    # No key at all is let in: that the second one is refused says nothing.
    office.put(KEYS, "", owner=ACCOUNT)
    backup_wizard("restore", profile.name)
    with Session() as session:
        assert await second_key.look_behind(profile, session) is second_key.Door.UNKNOWN
    assert Path(asked.file).exists()
    # Without its own line, but with the backup's, it is.
    office.put(KEYS, lines.partition("# backup-wizard begin amamac+restore")[0], owner=ACCOUNT)
    with Session() as session:
        assert await second_key.look_behind(profile, session) is second_key.Door.SHUT
    assert not Path(asked.file).exists()


async def test_what_can_not_be_tried_from_here_is_not_taken_for_refused(
    office: Office, sample_folder: Path, home: Path, secret_service: SecretService, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = await backed_up(office, "rrsync", sample_folder)
    use(office, profile)
    asked = asked_for(profile)
    monkeypatch.setenv(secrets.UNATTENDED, "1")
    secret_service.lock()
    # The backup's own key needs no passphrase, and is let in.
    with Session() as session:
        with pytest.raises(Failure) as failure:
            await second_key.open_door(profile, session, asked)
        assert failure.value.kind is Kind.KEYRING_LOCKED
        past = msgspec.structs.replace(asked, expires=datetime.now(UTC) - timedelta(minutes=1))
        state_files.save(profile.name, "restore-key.json", past)
        assert await second_key.look_behind(profile, session) is second_key.Door.UNKNOWN
    assert Path(asked.file).exists()


async def test_a_key_that_is_gone_from_here_is_not_taken_for_refused(
    office: Office, sample_folder: Path, home: Path, secret_service: SecretService
) -> None:
    profile = await backed_up(office, "rrsync", sample_folder)
    use(office, profile)
    let_expire(office, profile)
    Path(asked_for(profile).file).unlink()
    said = backup_wizard("run", profile.name).stderr
    assert "is gone from this computer, so it can't be checked any more" in words(said)
    assert reading_key.in_use(profile.name) is None


async def test_a_backup_that_went_to_another_server_says_nothing_of_the_old_one(
    office: Office, sample_folder: Path, home: Path, secret_service: SecretService
) -> None:
    profile = await backed_up(office, "rrsync", sample_folder)
    use(office, profile)
    let_expire(office, profile)
    asked = msgspec.structs.replace(asked_for(profile), account="amanda@old.example.lan")
    state_files.save(profile.name, "restore-key.json", asked)
    said = backup_wizard("run", profile.name).stderr
    assert "This backup goes elsewhere now" in words(said)
    assert "no longer accepts" not in said
    assert not Path(asked.file).exists()
