"""The message in plain words that goes to the admin, with one block of commands for a root shell."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from wizard import allowed_from, schemes
from wizard.client.host_keys import host_identity
from wizard.schemes import reading
from wizard.schemes.setup import in_paths
from wizard.server.exports import bring_back, pasted_commands, sshd_config
from wizard.server.exports.grouping import by_file
from wizard.server.exports.shell_lines import command
from wizard.text.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wizard.server.exports.context import ExportContext, ForReading

BEGIN, END = "# backup-wizard commands begin", "# backup-wizard commands end"
_WIDTH = 76


def render(context: ExportContext) -> str:
    """A mail an admin can act on: who asks for what, the commands, and how to take them back."""
    return "\n".join(_lines(context)) + "\n"


def render_many(contexts: Sequence[ExportContext]) -> str:
    """The messages of many computers, each under its computer's name."""
    return by_file((context.profile.name, render(context)) for context in contexts)


def _lines(context: ExportContext) -> Iterator[str]:
    asked = _request_to_read(context, context.for_reading) if context.for_reading else _request(context)
    yield from (_("Hello,"), *_wrapped(asked), _folder(context), "")
    if context.adopts:
        yield from (*_wrapped(_make_sure(context)), "")
    if context.later:
        yield from (*_wrapped(_takes_places(context)), "")
    if context.setup.key_lines and not context.for_reading:
        yield from _fingerprints(context)
    if context.keeps_versions:
        yield from (*_wrapped(_keep_versions(context)), "")
    yield from _wrapped(_paste(context))
    yield from (BEGIN, pasted_commands.block(context), END)
    if context.setup.secrets:
        yield from _wrapped(_password(context))
    yield ""
    yield from _wrapped(_take_back(context))
    yield pasted_commands.take_back(context)
    if not context.for_reading:
        yield from _wrapped(_bring_back(context))
        yield bring_back.line(context)
    if context.setup.sshd:
        optional = _("Optional (OpenSSH 8.4+): turn off {account}'s ssh password if nobody uses it:")
        yield from _wrapped(optional.format(account=context.setup.account))
        yield _for_sshd(context)


def _request(context: ExportContext) -> str:
    """Who asks for what, and what that gives away. It is wrapped, so it has no text that anybody may choose freely."""
    profile, setup, scheme = context.profile, context.setup, schemes.of(context.profile)
    asks = (
        _("please let my computer “{name}” back up to {host} with rsync over ssh, as the user “{account}”.")
        if setup.key_lines
        else _("please let my computer “{name}” back up to {host} with rsync (not encrypted), as the user “{account}”.")
    )
    if context.adopts:
        asks = (
            _(
                "please let my new computer take over the backup “{name}” on {host}, with rsync over ssh, as the user"
                " “{account}”."
            )
            if setup.key_lines
            else _(
                "please let my new computer take over the backup “{name}” on {host}, with rsync (not encrypted), as"
                " the user “{account}”."
            )
        )
    said = [asks.format(name=profile.name, host=profile.server.host, account=setup.account)]
    if context.sender and (who := context.sender.words):
        said.append(_("I'm {who}.").format(who=who))
    if jump := profile.server.jump_host:
        said.append(
            _("I connect through {jump}, so that is where your server sees me come from.").format(jump=jump.host)
        )
    if scheme.locks_key:
        said.append(_("The key can do that and nothing else: no shell, no tunnels, no other folders."))
    elif setup.key_lines:
        said.append(_("If this server supports a locked key, please tell me."))
    return " ".join([*said, scheme.if_stolen(profile)])


def _make_sure(context: ExportContext) -> str:
    """What an adoption takes away from whom, and that a thief would ask for the same."""
    lost = (
        _("My old computer is lost or no longer in use. This replaces its key, which no longer works from then on.")
        if context.setup.key_lines
        else _("My old computer is lost or no longer in use. This replaces its password, which must no longer work.")
    )
    sure = _("Anyone could send you this. Please make sure that it's really me: call me, or ask me in person.")
    return f"{lost} {sure}"


def _takes_places(context: ExportContext) -> str:
    """What lines before another backup's take away from that, and that a thief would ask for the same."""
    told = ngettext(
        "My backup {others} has the same key, for more addresses. From these, the key then works for “{name}” only:"
        " {places}.",
        "My backups {others} have the same key, for more addresses. From these, the key then works for “{name}” only:"
        " {places}.",
        len(context.later),
    )
    others = ", ".join(_("“{name}”").format(name=name) for name in context.later)
    places = allowed_from.text(context.profile.scheme.from_)
    sure = _("Anyone could send you this. Please make sure that it's really me: call me, or ask me in person.")
    return f"{told.format(others=others, name=context.name, places=places)} {sure}"


def _keep_versions(context: ExportContext) -> str:
    """What no commands that are pasted can do: the program that keeps versions is longer than a message."""
    kept = context.profile.versions
    said = _(
        "Please also keep older versions of it: {daily} days, {weekly} weeks, {monthly} months. Use my setup script or"
        " playbook then. The commands below can't set that up."
    )
    return said.format(daily=kept.daily, weekly=kept.weekly, monthly=kept.monthly)


def _request_to_read(context: ExportContext, terms: ForReading) -> str:
    """The same where files are to come back: what is read, up to when, and who shuts the door again."""
    profile, setup = context.profile, context.setup
    asks = (
        _("please let my computer “{name}” read its backup on {host}, with rsync over ssh, as the user “{account}”.")
        if setup.key_lines
        else _("please let my computer “{name}” read its backup on {host}, with rsync (not encrypted).")
    )
    said = [asks.format(name=profile.name, host=profile.server.host, account=setup.account)]
    said.append(_("I need to restore files, and my backup key can't read."))
    if context.sender and (who := context.sender.words):
        said.append(_("I'm {who}.").format(who=who))
    what = (
        _("This second key can read that one folder and nothing else: no writing, no shell, no tunnels.")
        if setup.key_lines
        else _("This second password can read that one folder and nothing else: no writing.")
    )
    until = (
        _("sshd refuses it from {time} on.")
        if terms.by_itself
        else _("It doesn't expire: please take it back after {time}, with the last line below.")
    )
    time = f"{terms.expires:%Y-%m-%d %H:%M %Z}"
    return " ".join([*said, what, until.format(time=time), reading.if_stolen(profile)])


def _take_back(context: ExportContext) -> str:
    if context.for_reading and context.for_reading.by_itself:
        return _("To take it back earlier, paste this line. The backup stays as it is:")
    if context.for_reading:
        return _("To take it back, paste this line. The backup stays as it is:")
    return _("To take it back, paste this line. Backups stay until you delete them:")


def _bring_back(context: ExportContext) -> str:
    told = _(
        "Should I ever lose this computer, this line copies its backup into the new folder {folder}, owned by"
        " {account}. No link in it is followed:"
    )
    return told.format(folder=bring_back.to(context), account=context.setup.account)


def _paste(context: ExportContext) -> str:
    if context.adopts:
        asked = _(
            "Then please paste this into a root shell. It replaces the lines of “{name}”, and changes nothing else that"
            " already exists."
        )
        return asked.format(name=context.profile.name)
    if context.replaced is None and context.later:
        return _("Please paste this into a root shell. It adds lines, and changes none that already exists.")
    if context.replaced is None:
        return _("Please paste this into a root shell. It changes nothing that already exists.")
    if context.for_reading:
        return _(
            "Please paste this into a root shell. It replaces what I sent for an earlier restore, and changes nothing"
            " else that already exists."
        )
    asked = _(
        "My settings changed: this replaces what I sent before. Please paste it into a root shell. It changes only the"
        " lines of “{name}”, and nothing else that already exists."
    )
    return asked.format(name=context.profile.name)


def _folder(context: ExportContext) -> str:
    folder = context.profile.destination
    if folder.startswith("/"):
        return _("Folder: {folder}").format(folder=folder)
    return _("Folder in the home of {account}: {folder}").format(account=context.setup.account, folder=folder)


def _fingerprints(context: ExportContext) -> Iterator[str]:
    """What the server showed, which only the admin can tell from another's; the commands print what it really is."""
    if confirmed := context.profile.server.host_keys:
        yield from _wrapped(_("The server showed me this fingerprint. Is it yours? If not, send me yours."))
        yield from map(_shown, confirmed)
    elif seen := context.seen_host_keys:
        yield from _wrapped(
            _(
                "The server showed me this fingerprint. Is it yours? I haven't checked it, so please send me yours: the"
                " commands print it. The script's receipt has it too."
            )
        )
        yield from map(_shown, seen)
    else:
        yield from _wrapped(_("Please also send me the server's fingerprint: the commands print it."))
    yield ""


def _shown(fingerprint: str) -> str:
    return f"    {host_identity.SHOWN_TO_ME.format(key=fingerprint)}"


def _password(context: ExportContext) -> str:
    secrets = context.setup.secrets
    assert secrets
    if context.adopts:
        said = _(
            "Then replace the old line in {file} with {user}:PASSWORD. I'll give you the new password separately. The"
            " rsync daemon has to run: systemctl enable --now rsync (or rsyncd)."
        )
        return said.format(user=secrets.user, file=secrets.path)
    said = _(
        "Then add the line {user}:PASSWORD to {file}. I'll give you the password separately. The rsync daemon has to"
        " run: systemctl enable --now rsync (or rsyncd)."
    )
    return said.format(user=secrets.user, file=secrets.path)


def _for_sshd(context: ExportContext) -> str:
    """One line that turns passwords off for the account, to be pasted as well."""
    file = pasted_commands.SSHD_FILE.format(account=in_paths(context.setup.account))
    return command(
        f"(set -eC; umask 022; f={file}; printf '%s\\n'",
        *pasted_commands.without_reasons(sshd_config.render(context.setup)),
        '>"$f"; sshd -t || { rm "$f"; exit 1; };',
        f"{pasted_commands.RELOAD_SSHD})",
    )


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
