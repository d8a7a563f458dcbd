"""What the admin has to change so that a door is shut, told from the setup that was handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.schemes import security_checks
from wizard.server.exports import authorized_keys, sshd_config
from wizard.server.locks.finding import opens_by_password_alone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.profile import Profile
    from wizard.schemes.base import Refusal
    from wizard.schemes.setup import ServerSetup
    from wizard.server.locks.finding import Finding


def fix(refusal: Refusal, setup: ServerSetup) -> str:
    """The exact text, and where it belongs."""
    if refusal == security_checks.PASSWORD:
        block = sshd_config.body(setup.account, security_checks.KEYS_ALONE)
        return f"In sshd_config, as its last lines (then: sshd -t && systemctl reload ssh):\n{block}"
    if refusal == security_checks.MODULES:
        return "In rsyncd.conf, in every other module, the names that may use it, and their passwords:\nauth users ="
    return _in_module(refusal, setup) or _in_key_line(refusal, setup)


def letter(profile: Profile, findings: Sequence[Finding]) -> str:
    """What to send to the admin about the doors that are open; each change is named once."""
    found_open = [finding for finding in findings if finding.held is False]
    tried = "\n".join(f"- {finding.detail}" for finding in found_open)
    changes = "\n\n".join(dict.fromkeys(finding.fix for finding in found_open))
    server = profile.server
    if opens_by_password_alone(findings):
        return (
            f"The key of the backup “{profile.name}” is locked on {server.host}. But the account {server.user} also"
            f" takes its password, which opens all of it:\n{tried}\n\nIf nobody signs in with it any more, please shut"
            f" it, for this account alone (its keys stay):\n\n{changes}"
        )
    return (
        f"The backup “{profile.name}” may do more on {server.host}, as {server.user}, than it should:\n"
        f"{tried}\n\nPlease change this:\n\n{changes}"
    )


def _in_module(refusal: Refusal, setup: ServerSetup) -> str:
    for module in setup.daemon.modules if setup.daemon else ():
        for setting in module.settings:
            if setting.name in refusal.shut_by and setup.daemon:
                where = f"In {setup.daemon.path}, in [{module.name}] ({setting.reason}):"
                return f"{where}\n{setting.name} = {setting.value}"
    return ""


def _in_key_line(refusal: Refusal, setup: ServerSetup) -> str:
    for line in setup.key_lines:
        names = [option.name for option in line.options if option.name in refusal.shut_by]
        missing = f"“{names[0]}” in it shuts this, and" if names else "by which nothing but"
        where = f"In {_home('.ssh/authorized_keys', setup)}, on one line;"
        if not line.options:
            return f"{where} an account that may do anything leaves this open: choose another way in.".replace(";", ":")
        return f"{where} {missing} no other line may hold this key:\n{authorized_keys.line(line)}"
    return ""


def _home(path: str, setup: ServerSetup) -> str:
    return path if path.startswith("/") else f"~{setup.account}/{path}"
