"""Server: its name, its port and the account, with a look at whether it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from textual.containers import Horizontal
from textual.widgets import Input

from screens.step_screen import StepScreen
from screens.widgets.field import Field
from screens.widgets.note import Note
from wizard import rules, trouble
from wizard.failure import Failure
from wizard.server import probe
from wizard.steps import Step

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer

    from wizard.profile import Profile

_TYPING_PAUSE_SECONDS = 0.6


class ServerScreen(StepScreen):
    """Where the backup goes; the server is tried while the person types on."""

    step = Step.SERVER
    question = "Which server keeps the backup?"
    explanation = (
        "Ask your server's admin for these if you don't have them:\n\n"
        "The server's name, such as files.example.lan, or its address.\n\n"
        "Your account on it: the name you are known by there.\n\n"
        "The port is 22 unless the admin says otherwise.\n\n"
        "While you type, the wizard looks whether the server answers. It does not sign in."
    )
    _waiting: Timer | None = None

    def compose_step(self) -> ComposeResult:
        """The three lines and how the server answers."""
        server, draft = self.profile.server, self.draft
        with Horizontal(classes="fields"):
            yield Field(
                "The server's name",
                id="host",
                value=draft.get("host", server.host),
                hint="files.example.lan",
                rule=rules.host,
            )
            yield Field("Port", id="port", value=draft.get("port", str(server.port)), rule=rules.port)
        yield Note(id="reach")
        yield Field(
            "Your account there", id="user", value=draft.get("user", server.user), hint="amanda", rule=rules.user
        )

    def on_mount(self) -> None:
        """Look at a server that is known already."""
        super().on_mount()
        self._look_soon()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look again once the typing pauses."""
        self._look_soon()

    async def decide(self) -> Profile | None:
        """The profile with that server, provided that it answers."""
        host, port, user = (self.query_one(selector, Field) for selector in ("#host", "#port", "#user"))
        # All are checked, so that every complaint stands; the first line's comes last and takes the cursor.
        complaints = [field for field in (user, port, host) if not field.check()]
        if complaints:
            return None
        before = self.profile.server
        await probe.reach(host.value, int(port.value))
        same = (host.value, int(port.value)) == (before.host, before.port)
        server = msgspec.structs.replace(
            before,
            host=host.value,
            port=int(port.value),
            user=user.value,
            host_keys=before.host_keys if same else (),
        )
        return msgspec.structs.replace(self.profile, server=server)

    def _look_soon(self) -> None:
        if self._waiting:
            self._waiting.stop()
        self._waiting = self.set_timer(_TYPING_PAUSE_SECONDS, self._look)

    def _look(self) -> None:
        host, port = self.query_one("#host", Field).value, self.query_one("#port", Field).value
        if rules.host(host) is None and rules.port(port) is None:
            self.run_worker(self._say_whether_it_answers(host, int(port)), group="reach", exclusive=True)
        else:
            self.workers.cancel_group(self, "reach")
            self.query_one("#reach", Note).say("")

    async def _say_whether_it_answers(self, host: str, port: int) -> None:
        note = self.query_one("#reach", Note)
        note.say(f"Looking for {host} …", "busy")
        try:
            await probe.reach(host, port)
        except Failure as failure:
            found = trouble.explain(failure)
            note.say(f"{found.what}. {found.to_do}", "warn")
        else:
            note.say(f"{host} answers.", "good")
