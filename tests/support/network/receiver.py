"""A web server on loopback in the place of a chat or a monitoring service."""

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class Receiver:
    """What it was asked for, each as `GET /path`; `messages` are those that apprise posted as JSON.

    It answers with `status`, and leads to `leads_to` if that isn't empty. As long as it `waits`, it doesn't answer.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.messages: list[tuple[str, str]] = []
        self.status, self.leads_to = 200, ""
        self.answers = threading.Event()
        self.answers.set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(b"")

            def do_POST(self) -> None:
                self._answer(self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *_: object) -> None:
                pass

            def _answer(self, content: bytes) -> None:
                receiver.take(f"{self.command} {self.path}", json.loads(content) if content else None)
                receiver.answers.wait(60)
                with contextlib.suppress(OSError):  # whoever asked may be gone
                    self.send_response(receiver.status)
                    if receiver.leads_to:
                        self.send_header("Location", receiver.leads_to)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self._server.server_port}"

    def take(self, asked: str, posted: dict[str, Any] | None) -> None:
        """Note down what came."""
        self.asked.append(asked)
        if posted is not None:
            self.messages.append((posted["title"], posted["message"]))

    def titles(self) -> list[str]:
        """What the messages that came were about."""
        return [title for title, _text in self.messages]

    @contextlib.contextmanager
    def running(self) -> Iterator[Receiver]:
        """Answer until the end."""
        serving = threading.Thread(target=self._server.serve_forever, args=[0.05])
        serving.start()
        try:
            yield self
        finally:
            self.answers.set()
            self._server.shutdown()
            serving.join()
            self._server.server_close()
