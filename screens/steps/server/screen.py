"""Server: its name, its port and the account, with a look at whether it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from textual.containers import Horizontal
from textual.widgets import Input

from screens.steps.step_screen import StepScreen
from screens.widgets.field import Field
from screens.widgets.waiting import Waiting
from wizard import rules, trouble
from wizard.server.reaching import reachability
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer

    from wizard.profile import Profile
    from wizard.server.reaching.reachability import Doors

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
        "While you type, the wizard looks whether the server answers. It does not sign in.\n\n"
        "Most servers let you in by ssh, which is encrypted. If only the server's own backup service (rsync) answers, "
        "you can go on as well, and the next steps say what that means."
    )
    _pause: Timer | None = None

    def compose_step(self) -> ComposeResult:
        """The three lines and how the server answers."""
        server, draft = self.profile.server, self.draft
        with Horizontal(classes="fields"):
            yield Field(
                "The server's name",
                id="host",
                value=draft.get("host", server.host),
                hint="such as files.example.lan",
                rule=rules.host,
            )
            yield Field("Port", id="port", value=draft.get("port", str(server.port)), rule=rules.port)
        yield Waiting(id="reach")
        yield Field(
            "Your account there",
            id="user",
            value=draft.get("user", server.user),
            hint="such as amanda",
            rule=rules.user,
        )

    @property
    def tried(self) -> Profile:
        """The profile with the server that is typed."""
        host, port, user = (self.query_one(selector, Field).value for selector in ("#host", "#port", "#user"))
        return self._at(host, int(port), user)

    def on_mount(self) -> None:
        """Look at a server that is known already."""
        super().on_mount()
        self._look_soon()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look again once the typing pauses."""
        if event.input not in self.query("#user Input"):
            self._look_soon()

    async def decide(self) -> Profile | None:
        """The profile with that server, provided that it answers; without ssh there, only its own service is left."""
        host, port, user = (self.query_one(selector, Field) for selector in ("#host", "#port", "#user"))
        # All are checked, so that every complaint stands; the first line's comes last and takes the cursor.
        complaints = [field for field in (user, port, host) if not field.check()]
        if complaints:
            return None
        self._stop_looking()
        with self.query_one(Waiting).on(f"Looking for {host.value}"):
            found = await reachability.look(host.value, int(port.value))
        if found.failure and not found.daemon_port:
            raise found.failure
        self._say(host.value, found)
        return self._decided(host.value, user.value, found)

    def _decided(self, host: str, user: str, found: Doors) -> Profile:
        decided = reachability.with_what_is_left(self._at(host, found.port, user), found)
        reachability.remember(decided, self.profile, found)
        return decided

    def _at(self, host: str, port: int, user: str) -> Profile:
        before = self.profile.server
        same = (host, port) == (before.host, before.port)
        server = msgspec.structs.replace(
            before, host=host, port=port, user=user, host_keys=before.host_keys if same else ()
        )
        return msgspec.structs.replace(self.profile, server=server)

    def _look_soon(self) -> None:
        self._stop_looking()
        self._pause = self.set_timer(_TYPING_PAUSE_SECONDS, self._look)

    def _stop_looking(self) -> None:
        if self._pause:
            self._pause.stop()
        self.workers.cancel_group(self, "reach")

    def _look(self) -> None:
        host, port = self.query_one("#host", Field).value, self.query_one("#port", Field).value
        if rules.host(host) is None and rules.port(port) is None:
            self.run_worker(self._say_whether_it_answers(host, int(port)), group="reach", exclusive=True)
        else:
            self.query_one(Waiting).say("")

    async def _say_whether_it_answers(self, host: str, port: int) -> None:
        with self.query_one(Waiting).on(f"Looking for {host}", "You can type on."):
            found = await reachability.look(host, port)
        self._say(host, found)

    def _say(self, host: str, found: Doors) -> None:
        if self.is_leaving:
            return
        note = self.query_one(Waiting)
        if not found.failure:
            note.say(f"{host} answers.", "good")
        elif found.daemon_port:
            note.say(reachability.ONLY_DAEMON.format(host=host), "warn")
        else:
            told = trouble.explain(found.failure)
            # The words for the admin stand in the explanation, which follows when the person goes on.
            note.say(f"{told.what}." if told.forward else f"{told.what}. {told.to_do}", "warn")
