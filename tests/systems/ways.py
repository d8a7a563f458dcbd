"""The ways in which an admin puts the exported text in place, and takes it back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support import programs
from tests.support.commands import backup_wizard
from tests.support.data import message
from tests.support.servers import placing, setting_up
from tests.support.servers.office import ACCOUNT, HOST
from tests.support.servers.setting_up import SCRIPT

if TYPE_CHECKING:
    from tests.systems.system import System
    from wizard.profile import Profile

_SSHD_CONFIG = "/etc/ssh/sshd_config"


class Circle:
    """One backup to one system, set up in one way."""

    def __init__(self, system: System, profile: Profile, folder: Path) -> None:
        self.system = system
        self.profile = profile
        self.receipt: Path | None = None
        self._folder = folder

    def set_up(self) -> None:
        """Put the exported text in place."""
        raise NotImplementedError

    def undo(self) -> None:
        """Take it back."""
        raise NotImplementedError

    def open_for_reading(self) -> None:
        """Put in place what a key for reading asks for."""
        raise NotImplementedError

    def shut_for_reading(self) -> None:
        """Take that back."""
        raise NotImplementedError

    def _asked(self, format: str) -> str:
        asked = backup_wizard("restore", self.profile.name, "--ask", "--format", format)
        assert asked.exit_code == 0, asked.stderr
        return asked.stdout

    def _exported(self, format: str) -> Path:
        place = self._folder / format
        place.write_text(placing.exported(self.profile, format))
        return place


class ByMessage(Circle):
    """The admin pastes what the message says, for somebody who has an account there already."""

    _message = _config = ""

    def set_up(self) -> None:
        """Put the exported text in place."""
        self._message = self._exported("text").read_text()
        assert "Done." in self.system.paste(message.block(self._message))
        config = self.system.path(_SSHD_CONFIG).read_text()
        if "\nInclude /etc/ssh/sshd_config.d/*.conf\n" in config and self.system.sshd_version >= (8, 4):
            self.system.paste(message.line_after(self._message, "Optional"))
        else:  # as the message says, it would have no effect there
            shut = f"\nMatch User {ACCOUNT}\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
            self.system.put(_SSHD_CONFIG, config + shut, mode=0o644)
            self._config = config
        self.system.reload_sshd()  # nothing runs there that the line could ask for it

    def undo(self) -> None:
        """Paste the line that takes it back."""
        self.system.paste(message.line_after(self._message, "To take it back"))
        if self._config:
            self.system.put(_SSHD_CONFIG, self._config, mode=0o644)
        self.system.reload_sshd()

    def open_for_reading(self) -> None:
        """Paste the message that asks for it."""
        assert "Done." in self.system.paste(message.block(self._asked("text")))

    def shut_for_reading(self) -> None:
        """Paste the line that takes it back."""
        self.system.paste(message.line_after(self._asked("text"), "To take it back"))


class ByScript(Circle):
    """The admin runs the script, which makes the account."""

    def set_up(self) -> None:
        """Put the exported text in place."""
        setting_up.install(self.system, self._exported("script").read_text())
        self.system.run("sh", SCRIPT, "--check")
        self.receipt = self._folder / "receipt"
        self.receipt.write_text(self.system.run("sh", SCRIPT))
        assert self.system.run("sh", SCRIPT).count("\n  + ") == 0

    def undo(self) -> None:
        """Take it back."""
        self._undo(self._exported("script").read_text())

    def open_for_reading(self) -> None:
        """Run the script that asks for it."""
        setting_up.install(self.system, self._asked("script"))
        self.system.run("sh", SCRIPT)

    def shut_for_reading(self) -> None:
        """Take that back."""
        self._undo(self._asked("script"))

    def _undo(self, text: str) -> None:
        setting_up.install(self.system, text)
        self.system.run("sh", SCRIPT, "--undo")
        self.system.run("rm", SCRIPT)


class ByPlaybook(Circle):
    """The admin plays the playbook over ssh as root; it makes the account.

    No service manager runs there that it could ask to reload sshd, so that is done for it.
    """

    def set_up(self) -> None:
        """Put the exported text in place."""
        playbook = self._exported("ansible")
        self._play(playbook)
        self.system.reload_sshd()
        assert "changed=0" in self._play(playbook)

    def undo(self) -> None:
        """Take it back."""
        self._play(self._exported("ansible"), "--tags=remove")
        self.system.reload_sshd()

    def open_for_reading(self) -> None:
        """Play the one that asks for it."""
        reading = self._folder / "reading.yml"
        reading.write_text(self._asked("ansible"))
        self._play(reading)

    def shut_for_reading(self) -> None:
        """Take that back."""
        self._play(self._folder / "reading.yml", "--tags=remove")

    def _play(self, playbook: Path, *options: str) -> str:
        key, known = self._folder / "admin-key", self._folder / "known-hosts"
        if not key.exists():
            subprocess.run([programs.require("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
            known.write_text(f"[{HOST}]:{self.system.port} {' '.join(self.system.host_key)}\n")
        self.system.put("/root/.ssh/authorized_keys", key.with_suffix(".pub").read_text())
        settings = {
            "HOME": self._folder / "ansible-home",
            "NOCOLOR": "1",
            "PIPELINING": "1",
            # One sign-in for all tasks; it ends with the server.
            "SSH_ARGS": f"-F none -o UserKnownHostsFile={known} -o ControlMaster=auto -o ControlPersist=60",
            "SSH_CONTROL_PATH": self._folder / "c",
        }
        argv: list[str | Path] = [
            *(programs.require("setpriv"), "--pdeathsig", "KILL"),
            Path(sys.executable).with_name("ansible-playbook"),
            f"--inventory={HOST},",
            "--user=root",
            *options,
        ]
        argv += [f"--private-key={key}", f"--extra-vars=ansible_port={self.system.port}", playbook]
        environment = os.environ | {f"ANSIBLE_{name}": str(value) for name, value in settings.items()}
        played = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment)
        self.system.run("rm", "-r", "/root/.ssh")
        assert played.returncode == 0, played.stdout + played.stderr
        return played.stdout


WAYS: dict[str, type[Circle]] = {"message": ByMessage, "script": ByScript, "playbook": ByPlaybook}
