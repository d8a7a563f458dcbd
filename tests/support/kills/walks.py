"""What the trials of `tests.support.kills.killing` do and look at, each in a process of its own."""

from __future__ import annotations

import ctypes
import importlib
import os
import subprocess
from pathlib import Path

import msgspec

from tests.support.keyrings import InHome
from tests.support.kills import killing
from wizard import cli, schemes, trouble
from wizard.client import forgetting, stale_temp_files
from wizard.client.host_keys import known_hosts
from wizard.client.keys import daemon_password, key_files, protected_key, secrets
from wizard.client.session import Session
from wizard.failure import Failure, Kind
from wizard.profile import Key, Profile
from wizard.schemes.facts import ClientFacts, Recorded
from wizard.server import destination, handed_over, kept_facts
from wizard.storage import paths, profiles
from wizard.walk import steps, unattended
from wizard.walk.steps import Step, Walk

OTHER_HOST = "other.example.lan"
NAME = "amamac"
HOST_KEY = known_hosts.HostKey("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIMzKc/2XzRj2o3nLCAznh1DAlLB0EyU4rmybcvJrKzo8")
_CLONE_NEWNS = 0x00020000
PASSPHRASE = secrets.Secret("the same for all trials")
SECRETS = forgetting.SECRETS


def answers(file: str) -> int:
    """The unattended walk."""
    return cli.main(["--answers", file])


def export(name: str) -> int:
    """The text for the admin."""
    return cli.main(["export", name, "--format", "authorized-keys"])


def forget(name: str) -> int:
    """Forgetting, key and all, of which nothing of the backup's own may stay."""
    ended = cli.main(["forget", name, "--remove-key"])
    if not profiles.exists(name):
        nothing_left(name)
    return ended


def nothing_left(name: str) -> None:
    """See that a forgotten backup has left nothing of its own."""
    assert not profiles.exists(name)
    assert not [what for what in SECRETS if _secret(name, what)]
    persons = {Path.home() / name for name in ("Documents", ".ssh/id_ed25519", ".ssh/authorized_keys")}
    left = {path.name for path in _files() if persons.isdisjoint({path.with_suffix(""), *path.parents})}
    assert left <= {"known_hosts", "computer-id", "lock", InHome.FILE}, left


def prepare(file: str) -> None:
    """What a walk keeps before it speaks to any server."""
    profile = profiles.read(Path(file))
    with Session() as session:
        session.hold(profile.name)
        unattended.keep(profile)
        daemon_password.ensure(profile)
        if schemes.of(profile).uses_ssh:
            protected_key.ensure(profile, PASSPHRASE)
        steps.record(Walk(profile, Step.FINISH, Step.FINISH))


def change_server(name: str) -> None:
    """A change of mind after all was proven, which makes that untrue."""
    profile = profiles.load(name)
    server = msgspec.structs.replace(profile.server, host=OTHER_HOST)
    changed = msgspec.structs.replace(profile, server=server)
    steps.record(steps.forward(Walk(profile, Step.SERVER, Step.FINISH), changed))


def replace_key(name: str) -> None:
    """Another key in the place of the first, both with their passphrase in the keyring."""
    profile = profiles.load(name)
    other = msgspec.structs.replace(profile, key=Key(file=f"{profile.key_path}-2"))
    protected_key.ensure(other)
    steps.record(steps.forward(Walk(profile, Step.KEY, Step.FINISH), other))


def write_all(file: str) -> int:
    """All that a walk writes, and a failure told as the commands tell it."""
    try:
        profile = profiles.read(Path(file))
        with Session() as session:
            session.hold(profile.name)
            unattended.keep(profile)
            known_hosts.trust(profile, [HOST_KEY])
            protected_key.ensure(profile)
            kept_facts.learn(profile, shell="/bin/sh")
            handed_over.keep(profile, ClientFacts(paths.known_hosts(), recorded=Recorded(("live",), ("dry",))))
            destination.markers(profile.name)
            steps.record(Walk(profile, Step.FINISH, Step.FINISH))
    except Failure as failure:
        explained = trouble.explain(failure)
        print(explained.sentence)
        return explained.exit_code
    return 0


def write_all_on_a_small_disk(file: str, pages: str) -> None:
    """The same in a home of so many pages of 4 KiB or, with none, of no right to write; then with room enough."""
    home = os.environ["HOME"]
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.unshare(_CLONE_NEWNS) == 0, os.strerror(ctypes.get_errno())
    mount("--make-rprivate", "/")
    mount("-t", "tmpfs", "-o", f"mode=700,size={int(pages) * 4 or 4}k", "tmpfs", home)
    if pages == "0":
        mount("-o", "remount,ro", home)
    ended = write_all(file)
    print(f"ended {ended}")
    assert ended in {0, 69}
    mount("-o", "remount,rw,size=1m", home)
    look_and_go_on(NAME, "finish", "0", f"{__name__}:write_all", file)


def mount(*arguments: str) -> None:
    """Change what is mounted where, for this process alone."""
    subprocess.run(["mount", *arguments], check=True)


def export_to(name: str, file: str) -> int:
    """The text for the admin, into a new file of the home."""
    return cli.main(["export", name, "--format", "authorized-keys", "--output", str(Path.home() / file)])


def answers_refused(file: str) -> int:
    """The unattended walk, where the server is taken to have refused the key, and all is written as ever."""

    async def refused(profile: Profile, session: Session) -> None:
        steps.record(Walk(profile, Step.HAND_OVER, Step.HAND_OVER))
        raise Failure(Kind.WAITING_FOR_ADMIN, profile.server.host)

    unattended.require_let_in = refused
    return answers(file)


def answers_let_in(file: str) -> int:
    """The unattended walk, where the server is taken to have let us in, and all else is written as ever."""

    async def let_in(profile: Profile, session: Session) -> None:
        steps.record(Walk(profile, Step.HAND_OVER, Step.HAND_OVER))

    async def proved(profile: Profile, session: Session) -> int:
        destination.markers(profile.name)
        steps.record(Walk(profile, Step.FINISH, Step.FINISH))
        return 0

    unattended.require_let_in, unattended.prove = let_in, proved
    return answers(file)


def state() -> None:
    """Print what there is, as the trials tell one state from another."""
    print(killing.state(Path(os.environ["HOME"]), [f"{NAME}/{what}" for what in SECRETS if _secret(NAME, what)]))


def taken_up(*states: str) -> None:
    """Print of each of these homes what there is as soon as a walk holds the backup, before it reads or does more."""
    home = Path.home()
    for one in states:
        killing.empty(home)
        killing.copy(home, Path(one))
        with Session() as session:
            session.hold(NAME)
        print(killing.state(home, InHome.kept_in(home)))


def look(name: str, furthest: str) -> None:
    """See that what a kill left is whole: each profile, key, secret and step."""
    assert all(profiles.load(one) for one in profiles.names())
    secret = _secret(name)
    if not profiles.exists(name):
        assert not [what for what in SECRETS if _secret(name, what)], "a secret without its profile"
        assert not list(Path("~/.ssh").expanduser().glob("backup-wizard-*")), "a key without its profile"
        print("reached 0")
        return
    profile = profiles.load(name)
    if profile.key_path.exists() and not profile.key_is_agents:
        known = {"keyring": secret, "ask": PASSPHRASE, "none": None}
        assert key_files.opens(profile.key_path, known[profile.key.protection]), "a key without its passphrase"
    order = steps.applicable(profile)
    if profile.server.host == OTHER_HOST:
        furthest = Step.HAND_OVER
    reached = order.index(steps.begin(profile).reached)
    assert reached <= order.index(Step(furthest)), "a step that was not reached"
    print(f"reached {reached}")


def look_and_go_on(name: str, furthest: str, exit_code: str, function: str, *arguments: str) -> None:
    """See that it is whole, do again what was cut off, see that nothing can be told of that, and forget it all."""
    look(name, furthest)
    module, function = function.split(":")
    assert (getattr(importlib.import_module(module), function)(*arguments) or 0) == int(exit_code)
    look_again(name, furthest)
    forget(name)


def look_and_forget(name: str, furthest: str) -> None:
    """See that it is whole, and that it can be forgotten without a trace, whatever is there of it."""
    look(name, furthest)
    if not profiles.exists(name):
        stale_temp_files.clear(name)  # as any walk does
    cli.main(["forget", name, "--remove-key"])
    nothing_left(name)


def look_again(name: str, furthest: str) -> None:
    """See that it is as if nothing had happened."""
    look(name, furthest)
    profile = profiles.load(name)
    order = steps.applicable(profile)
    if Step.KEY in order and order.index(Step(furthest)) > order.index(Step.KEY):
        assert key_files.public_line(profile.key_path).endswith(f" {key_files.comment_for(name)}")
    assert steps.begin(profile).reached == Step(furthest)
    assert not [path for path in _files() if path.name.endswith(".new")], "a stray temporary file"
    assert all(path.stat().st_nlink == 1 for path in _files()), "a second name of a file"


def _secret(name: str, what: secrets.What = "passphrase") -> secrets.Secret | None:
    try:
        return secrets.fetch(name, what)
    except Failure as failure:
        if failure.kind is not Kind.SECRET_MISSING:
            raise
        return None


def _files() -> list[Path]:
    home = Path(os.environ["HOME"])
    return [path for path in home.rglob("*") if path.is_file()]
