"""Tables of what the tests saw, printed at the end of the run: a test adds its rows to one by the table's title.

A row that several tests have added is printed once, with their number.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from _pytest.terminal import TerminalReporter

    AddRow = Callable[..., None]

_PROPERTY = "table: "
_GAP = "  "


def adder(record_property: Callable[[str, object], None]) -> AddRow:
    """What adds a row to the table of that title: `add(title, cell, cell, …)`; it travels with the test's report."""

    def add(title: str, *cells: object) -> None:
        record_property(f"{_PROPERTY}{title}", [str(cell) for cell in cells])

    return add


def print_all(reporter: TerminalReporter) -> None:
    """Print every table that tests of this run have added to."""
    tables: defaultdict[str, list[list[str]]] = defaultdict(list)
    for reports in reporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                for name, cells in report.user_properties:
                    if name.startswith(_PROPERTY):
                        tables[name.removeprefix(_PROPERTY)].append(cells)
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
