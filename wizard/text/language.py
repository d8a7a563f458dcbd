"""The language of what people read: English, or a translation that lies in `assets/locale`.

What scripts read (JSON, exit codes, marks in files, ids) and the server's script and playbook stay as they are.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wizard.storage import paths

if TYPE_CHECKING:
    from gettext import NullTranslations

DOMAIN = "backup-wizard"
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # in the order in which gettext asks them
_ENGLISH = ("C", "POSIX", "en")


def _(message: str) -> str:
    """A whole sentence or label in the person's language; its placeholders are named and filled in afterwards."""
    return _catalog.gettext(message) if _catalog else message


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for this
    """Mark a message in a table, so that it is extracted; `_` translates it where it is used."""
    return message


def ngettext(one: str, many: str, count: int) -> str:
    """The same for what depends on a count, whose placeholder both forms name."""
    if _catalog:
        return _catalog.ngettext(one, many, count)
    return one if count == 1 else many


def use(catalog: NullTranslations | None) -> None:
    """Take that translation; texts that were made before stay as they are."""
    global _catalog  # noqa: PLW0603 - one process speaks one language
    _catalog = catalog


def _installed() -> NullTranslations | None:
    wanted = next((os.environ[name] for name in _VARIABLES if os.environ.get(name)), "C")
    if wanted.replace("_", ".").split(".")[0] in _ENGLISH:
        return None
    import gettext  # only for other languages

    return gettext.translation(DOMAIN, paths.assets() / "locale", fallback=True)


_catalog = _installed()
