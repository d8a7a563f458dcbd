"""One Ansible playbook for any number of computers: the data at its top is ours, its tasks are always the same."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from wizard import places
from wizard.failure import Failure, Kind
from wizard.server.exports import authorized_keys, rsyncd, sshd_config
from wizard.server.rrsync_place import USUAL_FOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wizard.server.exports.order import Order

# In every path, Ansible's modules put the environment's value in place of $NAME; no quote keeps them from it.
_VARIABLE = re.compile(r"\$[\w{]", re.ASCII)
_BYTES = re.compile(r"[\ud800-\udfff]")
_NO_PASSWORDS = "No password is needed for these computers."
_PASSWORDS = """Passwords are not in this file. Keep them in a vault (ansible-vault create passwords.yml):
    backup_passwords:
{lines}
and add to the commands above: -e @passwords.yml --ask-vault-pass"""


def render(order: Order) -> str:
    """The playbook for one computer.

    Raises:
        Failure: as for `render_many`.
    """
    return render_many([order])


def render_many(orders: Sequence[Order]) -> str:
    """One playbook for all of them.

    Raises:
        Failure: `BAD_VALUE` for a folder that Ansible would take for another, or that is no text.
    """
    done, to_do = "", (places.assets() / "templates" / "playbook.yml").read_text("utf-8")
    for mark, lines in (
        ("# PASSWORDS", _passwords(orders)),
        ("    # HOSTS", _hosts(orders)),
        ("      # COMPUTERS", computers(orders)),
        ("# RRSYNC_FOLDERS", [json.dumps(USUAL_FOLDERS)]),
    ):
        before, _, to_do = to_do.partition(mark)
        done += before + "\n".join(lines)
    return done + to_do


def computers(orders: Iterable[Order]) -> Iterator[str]:
    """The lines of the list of computers, as YAML, at the depth where it stands in the playbook."""
    for order in orders:
        yield from _entry(order)


def quoted(text: str) -> str:
    """A text as YAML, which Ansible takes for nothing but itself.

    Raises:
        Failure: `BAD_VALUE` for what is no text.
    """
    if _BYTES.search(text):
        raise Failure(Kind.BAD_VALUE, f"{text} is no readable text (UTF-8)")
    escaped = "".join(one if one.isprintable() else _escape(one) for one in json.dumps(text, ensure_ascii=False))
    return f"!unsafe {escaped}" if "{" in text else escaped


def _entry(order: Order) -> Iterator[str]:
    setup, name = order.setup, order.profile.name
    yield f"\n      - name: {quoted(name)}  # {order.profile.scheme.kind}"
    yield f"        server: {quoted(order.profile.server.host)}"
    yield f"        account: {quoted(setup.account)}"
    yield "        folders:"
    for folder in setup.directories:
        yield f"          - path: {quoted(_in_full(order, folder.path))}  # {_comment(folder.reason)}"
        yield f'            mode: "{folder.mode:04o}"'
    yield f"        above: [{', '.join(quoted(_in_full(order, one)) for one in _above(order))}]"
    if setup.key_lines:
        yield "        authorized_keys:"
        yield f"          folder: {quoted(_in_full(order, '.ssh'))}"
        yield f"          file: {quoted(_in_full(order, '.ssh/authorized_keys'))}"
        yield f"          lines: {_block(authorized_keys.body(order), 12)}"
    if setup.sshd:
        yield f"        sshd: {_block(sshd_config.body(setup.account, setup.sshd), 10)}"
    if setup.daemon and setup.daemon.private:
        yield "        private:"
        yield f"          file: {quoted(_in_full(order, setup.daemon.path))}"
        yield f"          text: {_block(rsyncd.render(order), 12)}"
    elif setup.daemon:
        yield f"        module: {_block(rsyncd.body(order), 10)}"
    if setup.secrets:
        yield "        secrets:"
        yield f"          file: {quoted(setup.secrets.path)}"
        yield f"          user: {quoted(setup.secrets.user)}"


def _in_full(order: Order, path: str) -> str:
    if _VARIABLE.search(path):
        raise Failure(
            Kind.BAD_VALUE, f"{order.profile.name}: Ansible would take the “$” in {path} for a variable of its own"
        )
    # Ansible's modules look up the account's home themselves.
    return path if path.startswith("/") else f"~{order.setup.account}/{path}"


def _above(order: Order) -> Iterator[str]:
    paths = (PurePosixPath(folder.path) for folder in order.setup.directories)
    every = (str(parent) for path in paths for parent in reversed(path.parents) if parent.name)
    yield from dict.fromkeys(every)


def _block(text: str, depth: int) -> str:
    """A text of several lines as it stands, where YAML can have it so."""
    lines = text.removesuffix("\n").split("\n")
    if not (lines[0].strip() and lines[-1].strip() and all(line.isprintable() for line in lines)):
        return quoted(text)
    head = ("!unsafe " if "{" in text else "") + ("|2" if lines[0].startswith(" ") else "|")
    return "\n".join([head + ("" if text.endswith("\n") else "-"), *(" " * depth + line for line in lines)])


def _hosts(orders: Iterable[Order]) -> Iterator[str]:
    yield from (f"    - {quoted(host)}" for host in dict.fromkeys(order.profile.server.host for order in orders))


def _passwords(orders: Iterable[Order]) -> Iterator[str]:
    names = [order.profile.name for order in orders if order.setup.secrets]
    lines = "\n".join(f'      {quoted(name)}: "…"' for name in names)
    text = _PASSWORDS.format(lines=lines) if names else _NO_PASSWORDS
    yield from (f"# {line}" for line in text.split("\n"))


def _comment(text: str) -> str:
    return "".join(one if one.isprintable() else _escape(one) for one in text)


def _escape(one: str) -> str:
    number = ord(one)
    return f"\\U{number:08x}" if number > 0xFFFF else f"\\u{number:04x}"
