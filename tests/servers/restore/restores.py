"""Restores in this process, from their start to their result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.restore import restoring
from wizard.restore.restoring import Result
from wizard.running import backing_up

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from wizard.client.access import Access
    from wizard.profile import Profile
    from wizard.restore.order import Order
    from wizard.restore.restoring import Event


async def back_up(profile: Profile, access: Access) -> None:
    """As a person's command does it, up to the mark of a complete backup."""
    result = None
    async for event in backing_up.run(profile, access, pauses=()):
        result = event if isinstance(event, backing_up.Result) else None
    assert result
    assert (result.is_complete, result.unmarked) == (True, "")


async def restore(
    profile: Profile, access: Access, wanted: Order, at: Callable[[Event], object] = lambda event: None
) -> Result:
    return await _result(restoring.run(profile, access, wanted, pauses=()), at)


async def practise(profile: Profile, access: Access, wanted: Order) -> Result:
    return await _result(restoring.practice(profile, access, wanted), lambda event: None)


async def _result(events: AsyncIterator[Event], at: Callable[[Event], object]) -> Result:
    result = None
    async for event in events:
        at(event)
        result = event if isinstance(event, Result) else None
    assert result
    return result
