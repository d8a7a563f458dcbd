"""The computers as YAML: what an Ansible playbook, or the variables of a server, say of each."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from wizard.failure import Failure, Kind
from wizard.schemes import reading
from wizard.schemes.setup import in_paths
from wizard.server.exports import authorized_keys, bring_back, rsyncd, sshd_config
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wizard.server.exports.context import ExportContext

_LINE_ENDS = re.compile(r"[\n\r\0]")
_BYTES = re.compile(r"[\ud800-\udfff]")


def computers(contexts: Iterable[ExportContext], anchors: Mapping[str, str]) -> Iterator[str]:
    """The lines of the list of computers, as YAML, at the depth where it stands in the playbook.

    Where a server has a name of an anchor, an entry says by that which server it is for.

    Raises:
        Failure: `BAD_VALUE` for a value that would not stay in its line, or that is no text.
    """
    asked = list(contexts)
    ids = {(context.profile.server.host, _id(context.name, context)) for context in asked}
    for number, context in enumerate(asked):
        anchor = anchors.get(context.profile.server.host, "")
        if number:
            yield ""
        yield from _entry(context, anchor)
        label = reading.label(context.name)
        if context.adopts and (context.profile.server.host, _id(label, context)) not in ids:
            yield ""
            yield from _former_reading(context, label, anchor)


def quoted(text: str) -> str:
    """A text as YAML, which Ansible takes for nothing but itself.

    Raises:
        Failure: `BAD_VALUE` for what is no text.
    """
    if _BYTES.search(text):
        raise Failure(Kind.BAD_VALUE, _("{value} isn't readable text (UTF-8)").format(value=text))
    escaped = "".join(one if one.isprintable() else _escape(one) for one in json.dumps(text, ensure_ascii=False))
    return f"!unsafe {escaped}" if "{" in text else escaped


def _entry(context: ExportContext, anchor: str) -> Iterator[str]:
    setup, name = context.setup, context.name
    (folder,) = setup.directories
    root, path = _plain(context.profile.server.root), _plain(folder.path)
    _require_lines(name, setup.account, root, path, folder.marker)
    yield f"      - name: {quoted(name)} # {context.profile.scheme.kind}"
    yield f"        id: {quoted(_id(name, context))}"
    if anchor:
        yield f"        server: *{anchor}"
    yield f"        account: {quoted(setup.account)}"
    yield f"        root: {quoted(root)}"
    yield f"        folder: {quoted(path)} # {_comment(folder.reason)}"
    if folder.marker:
        yield f"        marker: {quoted(folder.marker)} # an empty file that the security check looks for"
    yield from _versions(context, path)
    if context.adopts:
        yield "        # CAREFUL: takes over from another computer, whose key or password no longer works then. Anyone"
        yield f"        # can send this: first make sure that it comes from its owner. Then add: -e new_keys={name}"
    if setup.key_lines:
        yield f"        key: {_block(authorized_keys.body(context), 10)}"
        if context.later:
            later = quoted(" ".join(context.later))
            yield f"        later: {later} # the same key for more places: these come after it"
    if setup.sshd:
        yield f"        sshd: {_block(sshd_config.body(setup.account, setup.sshd), 10)}"
    yield from _daemon(context)
    if not context.for_reading:
        yield from _to_bring_back(context)


def _id(name: str, context: ExportContext) -> str:
    return f"{name}@{context.setup.account}"


def _former_reading(context: ExportContext, label: str, anchor: str) -> Iterator[str]:
    """What another computer may have been let read by, for a restore: it goes with that computer's key."""
    setup = context.setup
    yield f"      - name: {quoted(label)} # what the other computer may read its backup by"
    yield f"        id: {quoted(_id(label, context))}"
    if anchor:
        yield f"        server: *{anchor}"
    yield "        state: absent"
    yield f"        account: {quoted(setup.account)}"
    yield f"        root: {quoted(_plain(context.profile.server.root))}"
    yield f"        folder: {quoted(_plain(setup.directories[0].path))}"
    yield '        key: "# whichever it is"'
    yield "        private:"
    yield f"          file: {quoted(f'/etc/backup-wizard/{label}@{in_paths(setup.account)}.conf')}"
    if setup.secrets:
        yield from _module(label)
        yield "        secrets:"
        yield f"          file: {quoted(f'/etc/rsyncd-{label}.secrets')}"


def _versions(context: ExportContext, path: str) -> Iterator[str]:
    if not context.keeps_versions:
        return
    kept, daemon, account = context.profile.versions, context.setup.daemon, in_paths(context.setup.account)
    inside = f"{path}/{context.profile.name}" if daemon and not daemon.private else path
    yield "        versions:"
    yield f"          file: {quoted(f'/etc/backup-wizard/versions/{account}/{context.name}/settings')}"
    yield f"          keep: {quoted(f'{kept.daily} {kept.weekly} {kept.monthly}')} # days, weeks and months"
    yield f"          folder: {quoted(inside)}"


def _daemon(context: ExportContext) -> Iterator[str]:
    setup = context.setup
    if setup.daemon and setup.daemon.private:
        yield "        private:"
        yield f"          file: {quoted(setup.daemon.path)}"
        yield f"          text: {_block(rsyncd.body(context), 12)}"
    elif setup.daemon:
        yield from _module(context.name)
        yield f"          text: {_block(rsyncd.body(context), 12)}"
    if setup.secrets:
        yield "        secrets:"
        yield f"          file: {quoted(setup.secrets.path)}"
        yield f"          user: {quoted(setup.secrets.user)}"


def _module(name: str) -> Iterator[str]:
    yield "        module:"
    yield f"          file: {quoted(f'backup-wizard-{name}.conf')} # if the daemon's settings include a folder"


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


def _comment(text: str) -> str:
    return text if text.isprintable() else "".join(one if one.isprintable() else _escape(one) for one in text)


def _escape(one: str) -> str:
    number = ord(one)
    return f"\\U{number:08x}" if number > 0xFFFF else f"\\u{number:04x}"
