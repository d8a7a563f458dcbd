"""Reports to a monitoring service, which raises the alarm itself when none arrives: a dead man's switch.

The address is all that such a service knows a backup by, and whoever has it can report in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.client.keys.secrets import Secret
from wizard.failure import Failure, Kind
from wizard.text.language import _

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_SECONDS_TO_ANSWER = 10.0
_HEALTHCHECKS = "hc-ping.com"


def report(address: Secret, *, is_good: bool) -> None:
    """Ask for the address, or for the one that tells of a failure, if the service is known to have one.

    Raises:
        Failure: `PING_ADDRESS`, or `PING_NOT_TAKEN` with why; neither says the address.
    """
    asked = Secret(_parts(address).geturl()) if is_good else _failed(address)
    if asked:
        _ask_for(asked)


def _failed(address: Secret) -> Secret | None:
    """What healthchecks.io, or one's own installation of it, and Uptime Kuma are told a failure by; others by none."""
    from urllib.parse import parse_qsl, urlencode

    parts = _parts(address)
    if "/api/push/" in parts.path:
        others = [(name, value) for name, value in parse_qsl(parts.query) if name not in {"status", "msg"}]
        query = urlencode([*others, ("status", "down"), ("msg", "The backup failed")])
        return Secret(parts._replace(query=query).geturl())
    if parts.hostname == _HEALTHCHECKS or "/ping/" in parts.path:
        return Secret(parts._replace(path=f"{parts.path.rstrip('/')}/fail").geturl())
    return None


def _parts(address: Secret) -> SplitResult:
    from urllib.parse import urlsplit

    typed = address.reveal()
    is_plain = typed.isascii() and typed.isprintable() and " " not in typed
    try:
        parts = urlsplit(typed)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not (is_plain and is_usable) or "@" in parts.netloc:
        raise Failure(Kind.PING_ADDRESS) from None
    return parts._replace(fragment="")


def _ask_for(address: Secret) -> None:
    """Ask for it, and for nothing that the answer may lead to: that would tell the address to somebody else."""
    from urllib import request
    from urllib.error import HTTPError

    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    opener.addheaders = [("User-Agent", "backup-wizard")]
    try:
        opener.open(address.reveal(), timeout=_SECONDS_TO_ANSWER).close()
    except HTTPError as error:
        error.close()
        raise Failure(Kind.PING_NOT_TAKEN, f"HTTP {error.code}") from None
    except Exception as error:  # noqa: BLE001 - its words may have the address in them
        raise Failure(Kind.PING_NOT_TAKEN, _why(error)) from None


def _why(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return _("no answer")
    return _("no secure connection") if type(reason).__name__.startswith("SSL") else _("no connection")
