"""Messages by mail, chat or push, which the library apprise sends to whatever its address names.

The library is an extra, and is imported only to send something. What it logs may have the address in it, so nobody
gets to see that.
"""

from __future__ import annotations

import contextlib
import logging
import warnings
from typing import TYPE_CHECKING

from wizard.failure import Failure, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.client.keys.secrets import Secret

_TALKERS = ("apprise", "requests", "requests_oauthlib", "oauthlib", "urllib3", "MARKDOWN")


def is_installed() -> bool:
    """Whether the library is there, without importing it."""
    import importlib.util

    return importlib.util.find_spec("apprise") is not None


def send(address: Secret, title: str, text: str, *, to_all: bool = False) -> None:
    """Send a message to the address, or to each if it names several; one that was taken is enough, or all have to.

    Raises:
        Failure: `APPRISE_MISSING`, `ALARM_ADDRESS` or `ALARM_NOT_SENT`; none says the address.
    """
    try:
        import apprise
    except ImportError:
        raise Failure(Kind.APPRISE_MISSING) from None
    with _silent():
        try:
            asset = apprise.AppriseAsset(
                app_id="backup-wizard", app_desc="backup-wizard", image_url_mask="", image_url_logo="", async_mode=False
            )
            named = apprise.Apprise(asset=asset)
            if not named.add(address.reveal()) or not len(named):
                raise Failure(Kind.ALARM_ADDRESS)
            taken = []
            for one in named:
                alone = apprise.Apprise(one, asset=asset)
                taken.append(bool(alone.notify(title=title, body=text, body_format=apprise.NotifyFormat.TEXT)))
        except Failure:
            raise
        except Exception:  # noqa: BLE001 - it has a plug-in for each service, and may have the address in its words
            raise Failure(Kind.ALARM_NOT_SENT) from None
    if not (all(taken) if to_all else any(taken)):
        raise Failure(Kind.ALARM_NOT_SENT)


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    for name in _TALKERS:
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
