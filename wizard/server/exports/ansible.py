"""One Ansible playbook for any number of computers: the data at its top is ours, its tasks are always the same."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from wizard.failure import Failure, Kind
from wizard.server.exports import authorized_keys, bring_back, rsyncd, sshd_config
from wizard.storage import paths
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wizard.server.exports.context import ExportContext

_LINE_ENDS = re.compile(r"[\n\r\0]")
_BYTES = re.compile(r"[\ud800-\udfff]")
_NO_PASSWORDS = "These computers need no password."
_PASSWORDS = """Passwords are not in this file. Keep them in a vault (ansible-vault create passwords.yml):
    backup_passwords:
{lines}
and add to the commands above: -e @passwords.yml --ask-vault-pass"""


def render(context: ExportContext) -> str:
    """The playbook for one computer.

    Raises:
        Failure: as for `render_many`.
    """
    return render_many([context])


def render_many(contexts: Sequence[ExportContext]) -> str:
    """One playbook for all of them.

    Raises:
        Failure: `BAD_VALUE` for a value that would not stay in its line, or that is no text.
    """
    done, to_do = "", (paths.assets() / "templates" / "playbook.yml").read_text("utf-8")
    for mark, lines in (
        ("# PASSWORDS", _passwords(contexts)),
        ("    # HOSTS", _hosts(contexts)),
        ("      # COMPUTERS", computers(contexts)),
    ):
        before, _, to_do = to_do.partition(mark)
        done += before + "\n".join(lines)
    return done + to_do


def computers(contexts: Iterable[ExportContext]) -> Iterator[str]:
    """The lines of the list of computers, as YAML, at the depth where it stands in the playbook."""
    for context in contexts:
        yield from _entry(context)


def quoted(text: str) -> str:
    """A text as YAML, which Ansible takes for nothing but itself.

    Raises:
        Failure: `BAD_VALUE` for what is no text.
    """
    if _BYTES.search(text):
        raise Failure(Kind.BAD_VALUE, _("{value} isn't readable text (UTF-8)").format(value=text))
    escaped = "".join(one if one.isprintable() else _escape(one) for one in json.dumps(text, ensure_ascii=False))
    return f"!unsafe {escaped}" if "{" in text else escaped


def _entry(context: ExportContext) -> Iterator[str]:
    setup, name = context.setup, context.name
    (folder,) = setup.directories
    root, path = _plain(context.profile.server.root), _plain(folder.path)
    _require_lines(name, setup.account, root, path, folder.marker)
    yield f"\n      - name: {quoted(name)}  # {context.profile.scheme.kind}"
    yield f"        id: {quoted(f'{name}@{setup.account}')}"
    yield f"        server: {quoted(context.profile.server.host)}"
    yield f"        account: {quoted(setup.account)}"
    yield f"        root: {quoted(root)}"
    yield f"        folder: {quoted(path)}  # {_comment(folder.reason)}"
    if folder.marker:
        yield f"        marker: {quoted(folder.marker)}  # an empty file that the security check looks for"
    if context.adopts:
        yield "        # CAREFUL: takes over from another computer, whose key or password no longer works then. Anyone"
        yield f"        # can send this: first make sure that it comes from its owner. Then add: -e new_keys={name}"
    if setup.key_lines:
        yield f"        key: {_block(authorized_keys.body(context), 10)}"
        if context.later:
            later = quoted(" ".join(context.later))
            yield f"        later: {later}  # the same key for more places: these come after it"
    if setup.sshd:
        yield f"        sshd: {_block(sshd_config.body(setup.account, setup.sshd), 10)}"
    if setup.daemon and setup.daemon.private:
        yield "        private:"
        yield f"          file: {quoted(setup.daemon.path)}"
        yield f"          text: {_block(rsyncd.body(context), 12)}"
    elif setup.daemon:
        yield f"        module: {_block(rsyncd.body(context), 10)}"
    if setup.secrets:
        yield "        secrets:"
        yield f"          file: {quoted(setup.secrets.path)}"
        yield f"          user: {quoted(setup.secrets.user)}"
    if not context.for_reading:
        yield from _to_bring_back(context)


def _to_bring_back(context: ExportContext) -> Iterator[str]:
    """A comment, because what tasks show has each quote escaped, so that it couldn't be pasted."""
    told = "Should this computer be lost, this line in a root shell copies its backup into"
    yield f"        # {told} {bring_back.to(context)}:"
    line = bring_back.line(context).replace("\\\n", "")
    yield f"        # {_comment(line)}"


def _plain(path: str) -> str:
    """A path without what says nothing in it, such as a doubled slash."""
    return "/" * path.startswith("/") + "/".join(part for part in path.split("/") if part not in ("", "."))


def _require_lines(*values: str) -> None:
    # The playbook's scripts are told them in a line each.
    for value in values:
        if _LINE_ENDS.search(value):
            raise Failure(
                Kind.BAD_VALUE, _("A value for the server contains a line break ({value})").format(value=repr(value))
            )


def _block(text: str, depth: int) -> str:
    """A text of several lines as it stands, where YAML can have it so."""
    lines = text.removesuffix("\n").split("\n")
    if not (lines[0].strip() and lines[-1].strip() and all(line.isprintable() for line in lines)):
        return quoted(text)
    head = ("!unsafe " if "{" in text else "") + ("|2" if lines[0].startswith(" ") else "|")
    return "\n".join([head + ("" if text.endswith("\n") else "-"), *(" " * depth + line for line in lines)])


def _hosts(contexts: Iterable[ExportContext]) -> Iterator[str]:
    yield from (f"    - {quoted(host)}" for host in dict.fromkeys(context.profile.server.host for context in contexts))


def _passwords(contexts: Iterable[ExportContext]) -> Iterator[str]:
    names = [context.name for context in contexts if context.setup.secrets]
    lines = "\n".join(f'      {quoted(name)}: "…"' for name in names)
    text = _PASSWORDS.format(lines=lines) if names else _NO_PASSWORDS
    yield from (f"# {line}" for line in text.split("\n"))


def _comment(text: str) -> str:
    return text if text.isprintable() else "".join(one if one.isprintable() else _escape(one) for one in text)


def _escape(one: str) -> str:
    number = ord(one)
    return f"\\U{number:08x}" if number > 0xFFFF else f"\\u{number:04x}"
