"""Tables of what the tests saw, printed at the end of the run: a test adds its rows to one by the table's title.

A row that several tests have added is printed once, with their number. What tests count is added up in a table of its
own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from _pytest.terminal import TerminalReporter

    AddRow = Callable[..., None]
    AddCount = Callable[[str, int], None]

FUZZED = "Hostile files: refused or read right"
_PROPERTY = "table: "
_COUNT = "count: "
_IN_ALL = "In all, with nothing lost, leaked or hung"
_GAP = "  "


def adder(record_property: Callable[[str, object], None]) -> AddRow:
    """What adds a row to the table of that title: `add(title, cell, cell, …)`; it travels with the test's report."""

    def add(title: str, *cells: object) -> None:
        record_property(f"{_PROPERTY}{title}", [str(cell) for cell in cells])

    return add


def counter(record_property: Callable[[str, object], None]) -> AddCount:
    """What adds a number to the sum of what was tried: `add("kills", 3)`."""

    def add(what: str, number: int) -> None:
        record_property(f"{_COUNT}{what}", number)

    return add


class Tried:
    """How many inputs were tried, and how many of them were read; `tell` puts it into the table, once all were."""

    def __init__(self, what: str, add_row: AddRow, add_count: AddCount) -> None:
        self.inputs = 0
        self.read = 0
        self._what = what
        self._add_row = add_row
        self._add_count = add_count

    def tell(self) -> None:
        assert 0 < self.read < self.inputs
        self._add_row(FUZZED, self._what, f"{self.inputs} inputs", f"{self.read} read right, the others refused")
        self._add_count("fuzzed inputs", self.inputs)


def print_all(reporter: TerminalReporter) -> None:
    """Print every table that tests of this run have added to."""
    tables: defaultdict[str, list[list[str]]] = defaultdict(list)
    counts: Counter[str] = Counter()
    for reports in reporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                for name, cells in report.user_properties:
                    if name.startswith(_PROPERTY):
                        tables[name.removeprefix(_PROPERTY)].append(cells)
                    elif name.startswith(_COUNT):
                        counts[name.removeprefix(_COUNT)] += cells
    if counts:
        tables[_IN_ALL] = [[what, f"{number:,}"] for what, number in counts.items()]
    for title in sorted(tables):
        reporter.section(title)
        times = Counter(map(tuple, tables[title]))
        rows = [[*row, f"× {times[row]}"] if times[row] > 1 else row for row in sorted(times)]
        for line in _lines(rows):
            reporter.write_line(line)


def _lines(rows: Sequence[Sequence[str]]) -> list[str]:
    columns = max(map(len, rows))
    widths = [max(len(row[column]) for row in rows if column < len(row)) for column in range(columns)]
    return [_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows]
