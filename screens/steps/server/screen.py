"""Server: its name, its port and the account, with a look at whether it answers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from textual.containers import Horizontal

from screens.steps.step_screen import StepScreen
from screens.widgets.field import Field
from screens.widgets.note import Note
from screens.widgets.waiting import Waiting
from screens.work import Begin
from wizard import rules, server_address, trouble
from wizard.client.ssh import dial
from wizard.server.reaching import reachability
from wizard.server_address import ServerAddress
from wizard.text.language import _
from wizard.walk.descriptions import server
from wizard.walk.steps import Step

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import DescendantBlur
    from textual.timer import Timer
    from textual.widgets import Input

    from wizard.profile import Profile
    from wizard.server.reaching.reachability import OpenPorts

_TYPING_PAUSE_SECONDS = 0.6
_CHANGED = _("You changed something during the check. Continue again to check it.")


class _Typed(NamedTuple):
    """What stood in the lines at one moment, each part where it belongs."""

    host: str
    port: str
    user: str
    jump: str


class ServerScreen(StepScreen):
    """Where the backup goes; the server is tried while the person types on."""

    step = Step.SERVER
    question = server.DESCRIPTION.question
    explanation = _(
        "If you don't have these, ask your server's admin:\n\n"
        "The server's name, such as files.example.lan, or its address.\n\n"
        "Your username on the server: the name of your account there.\n\n"
        "The port, which is usually 22.\n\n"
        "You can also type all of it as the name, like amanda@files.example.lan:2222, or use a name from your ssh"
        " settings.\n\n"
        "If you sign in to the server through another computer (a jump host), use a name from your ssh settings that"
        " has a ProxyJump. The jump host then gets a line of its own here.\n\n"
        "While you type, the wizard checks whether the server answers. It doesn't sign in.\n\n"
        "Most servers use SSH, which is encrypted. If only the server's own backup service (rsync) answers, you"
        " can use that. The next steps explain what that means."
    )
    _pause: Timer | None = None
    _tried: _Typed | None = None
    _offered: frozenset[str] = frozenset()

    def compose_step(self) -> ComposeResult:
        """The three lines, the port last as few change it, one for a jump host if there is one, and how it answers."""
        yield Field.of(server.host(self.profile), self.draft.get("host"))
        with Horizontal(classes="fields"):
            yield Field.of(server.user(self.profile), self.draft.get("user"))
            yield Field.of(server.port(self.profile), self.draft.get("port"))
        yield Note(id="moved")
        yield Waiting(id="reach")
        yield Field.of(server.jump(self.profile), self.draft.get("jump"))

    @property
    def tried(self) -> Profile:
        """The profile with the server that was looked for."""
        if self._tried is None:
            return self.profile
        host, port, user, jump = self._tried
        return server.at(self.profile, host, int(port), user, jump)

    def on_mount(self) -> None:
        """Look at a server that is known already."""
        super().on_mount()
        self._field("jump").display = bool(self._field("jump").value or self.profile.server.jump)
        self._look_soon()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look again once the typing pauses."""
        self.query_one("#moved", Note).say("")
        if event.input not in self.query("#user Input"):
            self._look_soon()

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        """What was typed with the name goes to its own line once that is left: before, more may follow."""
        if event.widget in self.query("#host Input") and self.app.app_focus and not self.is_leaving:
            self._move_parts()

    async def decide(self) -> Profile | None:
        """The profile with that server, provided that it answers; without ssh there, only its own service is left."""
        self._move_parts()
        await self._offer_ssh_settings()
        # All are checked, so that every complaint stands; the first line's comes last and takes the cursor.
        complaints = [field for field in map(self._field, ("jump", "port", "user", "host")) if not field.check()]
        if complaints:
            return None
        self._stop_looking()
        self._tried = typed = self._typed()
        with self.query_one(Waiting).on(server.looking(typed.host)):
            found = await server.reach(self.tried)
        if self.is_leaving:
            return None
        if self._typed() != typed:
            self.query_one(Waiting).say(_CHANGED, "warn")
            return None
        self._say(self.tried, found)
        return server.decided(self.profile, typed.host, typed.user, typed.jump, found)

    def _keep_draft(self) -> None:
        super()._keep_draft()
        if server_address.understood(self.draft.get("host", "")).may_have_password:
            del self.draft["host"]

    def _field(self, id: str) -> Field:
        return self.query_one(f"#{id}", Field)

    def _typed(self) -> _Typed:
        host, port, user, jump = (self._field(id).value for id in _Typed._fields)
        typed = server_address.understood(host)
        return _Typed(typed.host, typed.port or port, typed.user or user, jump)

    def _move_parts(self) -> None:
        typed = server_address.understood(self._field("host").value)
        if typed.complaint or typed.host == self._field("host").value:
            return
        self._fill(self._typed())
        self.query_one("#moved", Note).say(server.moved(typed))

    async def _offer_ssh_settings(self) -> None:
        """A name that the person's own ssh knows by another one may be taken so, once it is confirmed."""
        host = self._field("host").value
        more = (self._field(id).value if self._field(id).is_changed else "" for id in ("port", "user"))
        typed = ServerAddress(host, *more)
        if typed.complaint or host in self._offered:
            return
        known = await asyncio.to_thread(server.known_to_ssh, self.profile, typed)
        if known is None or self.is_leaving:
            return
        self._offered |= {host, known.host}
        if await self.confirms(server.offer(host, known)):
            self._field("jump").display = bool(known.jump) or self._field("jump").display
            self._fill(_Typed(known.host, known.port, known.user, known.jump))

    def _fill(self, meant: _Typed) -> None:
        for id, value in meant._asdict().items():
            if value != self._field(id).value:
                self._field(id).fill(value)
                self._field(id).complain("")

    def _look_soon(self) -> None:
        self._stop_looking()
        self._pause = self.set_timer(_TYPING_PAUSE_SECONDS, self._look)

    def _stop_looking(self) -> None:
        if self._pause:
            self._pause.stop()
        self.workers.cancel_group(self, "reach")

    def _look(self) -> None:
        host, port, user, jump = self._typed()
        is_whole = rules.host(host) is None and rules.port(port) is None
        if is_whole and not (jump and server_address.jump_complaint(jump)):
            looked = server.at(self.profile, host, int(port), user, jump)
            Begin(self, "reach", only=True)(self._say_whether_it_answers, looked)
        else:
            self.query_one(Waiting).say("")

    async def _say_whether_it_answers(self, looked: Profile) -> None:
        with self.query_one(Waiting).on(server.looking(looked.server.host), _("You can keep typing.")):
            found = await reachability.look(dial.ssh(looked))
        self._say(looked, found)

    def _say(self, looked: Profile, found: OpenPorts) -> None:
        if self.is_leaving:
            return
        note = self.query_one(Waiting)
        if not found.failure or found.daemon_port:
            note.say(server.answers_how(looked.server.host, found), "warn" if found.failure else "good")
        else:
            told = trouble.explain(found.failure, looked)
            # The words for the admin stand in the explanation, which follows when the person goes on.
            note.say(f"{told.what}." if told.forward else f"{told.what}. {told.to_do}", "warn")
