"""The part of an rsync daemon's configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.server.exports.grouping import by_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.schemes.setup import Module
    from wizard.server.exports.context import Order


def render(order: Order) -> str:
    """The modules between marks, each setting's reason in a comment above it."""
    return f"# backup-wizard begin {order.profile.name}\n{body(order)}\n# backup-wizard end {order.profile.name}\n"


def body(order: Order) -> str:
    """What stands between the marks."""
    assert order.setup.daemon
    return "\n\n".join(map(_module, order.setup.daemon.modules))


def render_many(orders: Sequence[Order]) -> str:
    """The modules of many computers, each under the name of the file that they belong into."""
    return by_file((order.setup.daemon.path, render(order)) for order in orders if order.setup.daemon)


def _module(module: Module) -> str:
    # A comment on a setting's own line would be part of its value.
    lines = (f"    # {one.reason}\n    {one.name} = {one.value}" for one in module.settings)
    name = f"# the name that the client asks for\n[{module.name}]"
    return "\n".join([name, *lines])
