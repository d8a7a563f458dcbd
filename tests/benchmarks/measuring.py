"""How a speed is measured: beside a yardstick, in the same run and in turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROUNDS = 15
_FILES_A_FOLDER = 1000


@dataclass(frozen=True)
class Row:
    """One line of the table: what was found, in `unit`, beside the target that it must not exceed."""

    title: str
    found: float
    target: float
    unit: str = "×"

    def __str__(self) -> str:
        missed = "" if self.found <= self.target else "  MISSED"
        return f"{self.title:<64} {self.found:6.2f}{self.unit}  (target: at most {self.target:g}{self.unit}){missed}"


def seconds(argv: Sequence[str | Path], env: Mapping[str, str] | None = None) -> float:
    """How long a command takes to its end."""
    began = time.perf_counter()
    subprocess.run(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def medians(ours: Callable[[], float], yardstick: Callable[[], float], rounds: int = ROUNDS) -> tuple[float, float]:
    """The medians of both, measured in turns so that they see the same machine."""
    pairs = [(ours(), yardstick()) for _ in range(rounds)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def ratio(ours: Callable[[], float], yardstick: Callable[[], float], rounds: int = ROUNDS) -> float:
    """How many times as long ours takes: the median of pairs, of which each has seen the machine in one mood."""
    return statistics.median(ours() / yardstick() for _ in range(rounds))


def peak_megabytes(argv: Sequence[str | Path]) -> float:
    """The most memory that a command's own process held, without those that it has started."""
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, _peak_bytes(process.pid))
        time.sleep(0.02)
    assert process.returncode == 0
    return peak / 1e6


def own_peak_bytes() -> int:
    """The most memory that this process held; `ru_maxrss` would begin with what its parent held when it started it."""
    return _peak_bytes(os.getpid())


def _peak_bytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return max((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")), default=0)


def make_tree(folder: Path, files: int) -> Path:
    """A folder with that many empty files, a thousand in each folder inside."""
    with ThreadPoolExecutor() as pool:
        for _ in pool.map(lambda number: _fill(folder / f"folder {number:04}"), range(files // _FILES_A_FOLDER)):
            pass
    return folder


def _fill(folder: Path) -> None:
    folder.mkdir(parents=True)
    inside = os.open(folder, os.O_RDONLY)
    for number in range(_FILES_A_FOLDER):
        os.mknod(f"a file of some name {number:03}.txt", dir_fd=inside)
    os.close(inside)
