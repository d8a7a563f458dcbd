"""Which backup it is about, and what is to be done with it, as questions on lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard import backup_states
from wizard.backup_states import TITLES_OF_ACTIONS, Action, BackupState
from wizard.client import forgetting, profile_lock, renaming
from wizard.console import say
from wizard.running import history
from wizard.storage import paths
from wizard.text.display import printable
from wizard.text.language import _
from wizard.walk import steps
from wizard.walk.description import Alternative, OneOf, Text
from wizard.walk.plain import asker
from wizard.walk.plain.asker import GoBack
from wizard.walk.steps import Step, Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.profile import Profile

    Do = Callable[[Profile], object]

_NEW = ""


def choose(back_up: Do | None, get_back: Do | None) -> Walk:
    """The walk that the person wants, after all that needs none; `back_up` makes a backup, `get_back` restores.

    Raises:
        GoBack, GoAway: the person would rather not.
        Failure: what is wanted can't be done.
    """
    while backups := backup_states.all_of_them():
        listed = [Alternative(one.name, printable(one.name), one.sentence) for one in backups]
        new = Alternative(_NEW, _("A new backup"))
        asked = OneOf(id="backup", label=_("Choose a backup"), alternatives=(*listed, new), default=backups[0].name)
        name = asker.ask(asked)
        if name == _NEW:
            break
        try:
            if walk := _wanted(next(one for one in backups if one.name == name), back_up, get_back):
                return walk
        except GoBack:
            continue
    return steps.new()


def _wanted(backup: BackupState, back_up: Do | None, get_back: Do | None) -> Walk | None:
    """The walk that the person wants of this backup, or nothing once it is done without one."""
    without_walk = {Action.BACK_UP: back_up, Action.GET_BACK: get_back}
    actions = [one for one in backup.actions if without_walk.get(one, one)]
    if not actions:
        say(backup.advice)
        return None
    titles = tuple(Alternative(one.value, _(TITLES_OF_ACTIONS[one])) for one in actions)
    action = Action(asker.ask(OneOf(id="action", label=_("What next?"), alternatives=titles, default=titles[0].id)))
    match action:
        case Action.FORGET:
            _forget(backup.name)
        case Action.RENAME:
            _rename(backup.name)
        case Action.HISTORY:
            say(history.listed(backup.name))
        case Action.BACK_UP | Action.GET_BACK if backup.walk and (do := without_walk[action]):
            do(backup.walk.profile)
        case Action.CHANGE if backup.walk:
            return steps.change(backup.walk, _step_to_change(backup.walk))
        case _ if backup.walk:
            return backup_states.begun(action, backup.walk)
    return None


def _step_to_change(walk: Walk) -> Step:
    titles = tuple(Alternative(step.value, steps.TITLES[step]) for step in backup_states.changeable(walk))
    label = _("What do you want to change?")
    return Step(asker.ask(OneOf(id="step", label=label, alternatives=titles, default=titles[0].id)))


def _rename(name: str) -> None:
    new = asker.ask(Text(id="new-name", label=_("New name"), rule=renaming.complaint))
    renaming.rename(name, new)
    say(_("The backup is now called “{name}”.").format(name=new))


def _forget(name: str) -> None:
    ask = _("Forget the backup “{name}”? Files on the server stay.").format(name=printable(name))
    if not asker.agrees(ask, default=False):
        return
    keys = forgetting.own_keys(name)
    named = printable(", ".join(map(paths.shown, keys)))
    also = _("Also delete its key {file} and the key's passphrase? You can't undo this.").format(file=named)
    with profile_lock.alone(name):
        forgetting.forget(name, remove_key=bool(keys) and asker.agrees(also, default=False))
    say(_("This computer has forgotten the backup “{name}”. Files on the server stay.").format(name=name))
