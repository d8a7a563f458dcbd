"""The message in plain words that goes to the admin, with one block of commands for a root shell."""

from __future__ import annotations

import functools
import shlex
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from wizard import schemes
from wizard.client.host_keys import host_identity
from wizard.server.exports import authorized_keys, rsyncd, sshd_config
from wizard.server.exports.grouping import by_file
from wizard.storage import paths

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jinja2 import Template

    from wizard.schemes.setup import Directory
    from wizard.server.exports.context import Order

_END = "END-OF-BACKUP-WIZARD"
_SSHD_FILE = "/etc/ssh/sshd_config.d/backup-wizard-{}.conf"

# Root makes a folder only below folders that nobody else can write to, or somebody could have it lead elsewhere; all
# others are made by the account, which can gain nothing by that.
_FOLDER_IN_FULL = """\
ours=yes
for d in {above}; do
  test -e "$d" || mkdir -m 755 "$d"
  if test "$(find "$d" -prune \\( ! -type d -o ! -user root -o -perm -020 -o -perm -002 \\))"; then ours=no; break; fi
done
if test $ours = yes && test ! -e {folder}; then mkdir -m 700 {folder} && chown {account} {folder}; fi
su -s /bin/sh {account} -c {as_account}"""


def render(order: Order) -> str:
    """A mail an admin can act on: who asks for what, the commands, and how to take them back."""
    scheme = schemes.of(order.profile)
    shown = order.shown[:1] or order.profile.server.host_keys
    return _template().render(
        profile=order.profile,
        setup=order.setup,
        is_verified=not order.shown and order.profile.server.host_keys,
        shown=[host_identity.SHOWN_TO_ME.format(key=key) for key in shown],
        key_type=order.shown[0].split()[0].lower() if order.shown else "ed25519",
        locks_key=scheme.locks_key,
        if_stolen=scheme.if_stolen(order.profile),
        commands="\n".join(_commands(order)),
        undo=_undo(order),
        sshd=_sshd(order),
    )


@functools.cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(  # noqa: S701 - this is text for a mail and a shell, not for a browser
        loader=FileSystemLoader(paths.assets() / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("message.txt.j2")


def render_many(orders: Sequence[Order]) -> str:
    """The messages of many computers, each under its computer's name."""
    return by_file((order.profile.name, render(order)) for order in orders)


def _commands(order: Order) -> Iterator[str]:
    setup, account = order.setup, order.setup.account
    # "*" is a password that nothing matches; unlike "!" it doesn't lock the account for keys.
    yield f"id {account} >/dev/null 2>&1 || useradd -m -s /bin/sh -p '*' {account}"
    for folder in setup.directories:
        yield _folder(account, folder)
    if setup.daemon and setup.daemon.private:
        path = shlex.quote(setup.daemon.path)
        make = f"(umask 022; mkdir -p {PurePosixPath(setup.daemon.path).parent}; cat >{path})"
        yield _here(
            f"if test -e {path}; then echo {path} already exists: delete it first.; else {make}; fi",
            rsyncd.render(order),
        )
    elif setup.daemon:
        yield _here(f"(umask 022; {_append(order, shlex.quote(setup.daemon.path))})", rsyncd.render(order))
    if setup.secrets:
        path = shlex.quote(setup.secrets.path)
        yield f"test -e {path} || (umask 077; : >{path})"
    if setup.key_lines:
        add = f"cd && umask 077 && mkdir -p .ssh && {_append(order, '.ssh/authorized_keys')}"
        yield _here(f"su -s /bin/sh {account} -c {shlex.quote(add)}", authorized_keys.render(order))


def _folder(account: str, directory: Directory) -> str:
    folder, path = directory.path, shlex.quote(directory.path)
    # A check knows the place by the empty file.
    mark = f" && : >>{shlex.quote(f'{folder}/{directory.marker}')}" if directory.marker else ""
    is_own = f"test -O {path}{mark} || echo {shlex.quote(folder + ' does not belong to ' + account)}"
    as_account = shlex.quote(f"cd && umask 077 && mkdir -p {path}; {is_own}")
    if not folder.startswith("/"):
        return f"su -s /bin/sh {account} -c {as_account}"
    above = [str(parent) for parent in reversed(PurePosixPath(folder).parents)]
    return _FOLDER_IN_FULL.format(
        above=" ".join(map(shlex.quote, above)),
        account=account,
        as_account=as_account,
        folder=shlex.quote(folder),
    )


def _undo(order: Order) -> str:
    setup, name = order.setup, order.profile.name
    file = f"~{setup.account}/.ssh/authorized_keys" if setup.key_lines else ""
    if setup.daemon and not setup.daemon.private:
        file = setup.daemon.path
    delete = [
        *([setup.daemon.path] if setup.daemon and setup.daemon.private else []),
        *([setup.secrets.path] if setup.secrets else []),
    ]
    more = f" and delete {' and '.join(delete)}" if delete else ""
    return f"To undo this, remove the lines from “begin {name}” to “end {name}” from {file}{more}."


def _sshd(order: Order) -> str:
    if not order.setup.sshd:
        return ""
    file = _SSHD_FILE.format(order.setup.account)
    put = _here(f"(umask 022; cat >{shlex.quote(file)})", sshd_config.render(order.setup))
    return f"{put}\nsshd -t && {{ systemctl reload ssh || systemctl reload sshd; }}"


def _append(order: Order, file: str) -> str:
    name = order.profile.name
    return (
        f"if grep -qs {shlex.quote(f'^# backup-wizard begin {name}$')} {file};"
        f" then echo {file} already has the lines of {name}: remove them first.;"
        f" else {{ echo; cat; }} >>{file}; fi"
    )


def _here(command: str, text: str) -> str:
    """A command that is given a text to read; nothing in the text is expanded, and no line of it ends it."""
    assert _END not in text.split("\n")
    return f"{command} <<'{_END}'\n{text.rstrip()}\n{_END}"
