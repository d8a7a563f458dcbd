"""The message in plain words that goes to the admin, with the exact lines in it."""

from __future__ import annotations

import functools
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard import places
from wizard.server.exports import authorized_keys, rsyncd, sshd_config
from wizard.server.exports.grouping import by_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jinja2 import Template

    from wizard.schemes.setup import Directory
    from wizard.server.exports.order import Order


@dataclass(frozen=True)
class _Task:
    """One thing the admin is asked to do: words, and the exact text."""

    words: str
    text: str


def render(order: Order) -> str:
    """A mail an admin can act on: what is asked for, the lines, how to test and how to take it back."""
    return _template().render(profile=order.profile, setup=order.setup, tasks=list(_tasks(order)))


@functools.cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(  # noqa: S701 - this is text for a mail and a shell, not for a browser
        loader=FileSystemLoader(places.assets() / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("message.txt.j2")


def render_many(orders: Sequence[Order]) -> str:
    """The messages of many computers, each under its computer's name."""
    return by_file((order.profile.name, render(order)) for order in orders)


def _tasks(order: Order) -> Iterator[_Task]:
    setup, account = order.setup, order.setup.account
    for folder in setup.directories:
        yield _Task(f"Make the folder, as root\n({folder.reason}):", _make_folder(account, folder))
    if setup.daemon and setup.daemon.private:
        yield _Task(
            f"Put this into ~{account}/{setup.daemon.path},\na file that belongs to root and that {account} can read:",
            rsyncd.render(order),
        )
    elif setup.daemon:
        yield _Task(f"Add this to {setup.daemon.path}; rsync's daemon has to run as root:", rsyncd.render(order))
    if setup.secrets:
        yield _Task(
            f'Put the line "{setup.secrets.user}:PASSWORD" into {setup.secrets.path}.\n'
            "I give you the password on another way. Only root may read the file:",
            f"install -m 600 -o root /dev/null {shlex.quote(setup.secrets.path)}",
        )
    if setup.key_lines:
        yield _Task(
            f"Add these lines to ~{account}/.ssh/authorized_keys.\n"
            f"That file, its folder and the home may be writable by\n{account} alone, or sshd passes over them. A new\n"
            f"account is locked until \"usermod -p '*' {account}\".",
            authorized_keys.render(order),
        )
        if setup.sshd:
            yield _Task(
                f"So that a password doesn't open the account {account}\n"
                "all the same, put this into\n"
                f"/etc/ssh/sshd_config.d/backup-wizard-{account}.conf\n"
                "or, where sshd_config doesn't include that folder, at\n"
                "the END of sshd_config. Then run: sshd -t, and if it\n"
                "says nothing: systemctl reload ssh (on some: sshd).\n"
                f"Leave it out if a person signs in to {account} with a\n"
                "password; my check of the locks will tell me so:",
                sshd_config.render(setup),
            )
        yield _Task(
            "Tell me the server's fingerprint, so that I can be\nsure it is yours:",
            "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
        )


def _make_folder(account: str, folder: Directory) -> str:
    path = shlex.quote(folder.path)
    place = path if folder.path.startswith("/") else f"~{account}/{path}"
    return f"install -d -m {folder.mode:o} -o {account} {place}"
