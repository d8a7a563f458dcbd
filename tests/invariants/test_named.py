"""Every security invariant is named by tests that exist, and each of its guards stands where it is said to stand."""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.invariants.guard import ROOT, Guard
from tests.invariants.guards import GUARDS, INVARIANTS

if TYPE_CHECKING:
    from tests.support.table import AddRow

TABLE = "The security invariants, their guards and the tests that are red without them"
FEWEST_GUARDS = 2


def test_every_invariant_has_guards_that_are_tested() -> None:
    guarded = Counter(guard.invariant for guard in GUARDS)
    assert guarded.keys() == INVARIANTS.keys() == {*range(1, 11)}
    assert min(guarded.values()) >= FEWEST_GUARDS


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.what)
def test_a_guard_and_its_tests_are_there(guard: Guard, add_row: AddRow) -> None:
    assert (ROOT / guard.file).read_text("utf-8").count(guard.there) == 1
    assert guard.gone != guard.there
    assert guard.tests
    for test in guard.tests:
        file, _, name = test.partition("::")
        module = ast.parse((ROOT / file).read_text("utf-8"))
        names = {one.name for one in module.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in names if name else any(one.startswith("test_") for one in names), test
        title = f"{guard.invariant} {INVARIANTS[guard.invariant]}"
        add_row(TABLE, title, guard.what, test.removeprefix("tests/"))
