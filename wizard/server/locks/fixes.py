"""What the admin has to change so that a door is shut, told from the setup that was handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.schemes import security_checks
from wizard.server.exports import authorized_keys, sshd_config
from wizard.server.locks.finding import opens_by_password_alone
from wizard.text.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.profile import Profile
    from wizard.schemes.base import SecurityCheck
    from wizard.schemes.setup import ServerSetup
    from wizard.server.locks.finding import Finding


def fix(check: SecurityCheck, setup: ServerSetup) -> str:
    """The exact text, and where it belongs."""
    if check.id == security_checks.PASSWORD.id:
        block = sshd_config.body(setup.account, security_checks.KEYS_ALONE)
        where = _("At the end of sshd_config (then run: sshd -t && systemctl reload ssh):")
        return f"{where}\n{block}"
    if check.id == security_checks.MODULES.id:
        where = _("In every other module of rsyncd.conf, list who may use it, and set their passwords:")
        return f"{where}\nauth users ="
    return _in_module(check, setup) or _in_key_line(check, setup)


def letter(profile: Profile, findings: Sequence[Finding]) -> str:
    """What to send to the admin about the doors that are open; each change is named once."""
    found_open = [finding for finding in findings if finding.held is False]
    tried = "\n".join(f"- {finding.detail}" for finding in found_open)
    changes = "\n\n".join(dict.fromkeys(finding.fix for finding in found_open))
    server = profile.server
    if opens_by_password_alone(findings):
        message = _(
            "The key of the backup “{name}” is locked on {host}. But the account {user} also accepts its password,"
            " which opens everything in it:\n{tried}\n\nIf nobody signs in with it any more, please turn it off for"
            " this account only. Its keys keep working:\n\n{changes}"
        )
    else:
        message = _(
            "The backup “{name}” can do more on {host}, as {user}, than it should:\n{tried}\n\nPlease change this:\n\n"
            "{changes}"
        )
    return message.format(name=profile.name, host=server.host, user=server.user, tried=tried, changes=changes)


def _in_module(check: SecurityCheck, setup: ServerSetup) -> str:
    for module in setup.daemon.modules if setup.daemon else ():
        for setting in module.settings:
            if setting.name in check.shut_by and setup.daemon:
                where = _("In {file}, in [{module}] ({reason}):").format(
                    file=setup.daemon.path, module=module.name, reason=setting.reason
                )
                return f"{where}\n{setting.name} = {setting.value}"
    return ""


def _in_key_line(check: SecurityCheck, setup: ServerSetup) -> str:
    for line in setup.key_lines:
        names = [option.name for option in line.options if option.name in check.shut_by]
        if not line.options:
            where = _(
                "The key line in {file} allows everything the account may do. Choose another scheme to close this."
            )
        elif len(setup.key_lines) > 1:
            where = _("In {file}, on one line. Only the backup's other line may contain this key, too:")
        elif names:
            where = _("In {file}, on one line. Its option “{option}” closes this. No other line may contain this key:")
        else:
            where = _("In {file}, on one line. No other line may contain this key:")
        file, option = _home(".ssh/authorized_keys", setup), next(iter(names), "")
        told = where.format(file=file, option=option)
        return f"{told}\n{authorized_keys.line(line)}" if line.options else told
    return ""


def _home(path: str, setup: ServerSetup) -> str:
    return path if path.startswith("/") else f"~{setup.account}/{path}"
