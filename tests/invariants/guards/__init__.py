"""Each security invariant with some of its guards, a file an invariant."""

from __future__ import annotations

from tests.invariants.guards import (
    adopting,
    backups,
    downgrades,
    dry_runs,
    host_keys,
    locking_out,
    only_data,
    overwriting,
    places,
    restores,
    root,
    secrets,
    strangers,
    thief,
    versions,
)

INVARIANTS = {
    1: "No secret in an argv, an environment, a log, a file, an exception or on a screen",
    2: "What people type and servers send is nothing but data, to every parser and to the terminal",
    3: "A host key is trusted once it was confirmed, and a changed one stops everything",
    4: "A dry run changes nothing on the server, or is not started",
    5: "No silent downgrade",
    6: "Nothing that is there is overwritten, and nothing half-made stays",
    7: "No backup lands on another, and none is emptied or spoiled unasked and unnoticed",
    8: "Nothing is called restored that was not seen to be equal",
    9: "Root runs, parses and follows nothing that an account can change",
    10: "A thief with the key can do only what the screen says",
}

GUARDS = (
    *adopting.GUARDS,
    *secrets.GUARDS,
    *only_data.GUARDS,
    *host_keys.GUARDS,
    *locking_out.GUARDS,
    *dry_runs.GUARDS,
    *downgrades.GUARDS,
    *overwriting.GUARDS,
    *places.GUARDS,
    *backups.GUARDS,
    *restores.GUARDS,
    *root.GUARDS,
    *strangers.GUARDS,
    *thief.GUARDS,
    *versions.GUARDS,
)
