"""What every test has: a home of its own, and on request a real server, a real keyring and sample files."""

from __future__ import annotations

import gc
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.support import table
from tests.support.agent import ssh_agent
from tests.support.data import samples, scheduler
from tests.support.network.lifeline import Lifeline
from tests.support.network.receiver import Receiver
from tests.support.quick import patience, quick_keys, undisturbed
from tests.support.schedule import PROGRAMS
from tests.support.secret_service import reset_keyring
from tests.support.secret_service import secret_service as run_secret_service
from tests.support.secret_service import session_bus as run_session_bus
from tests.support.servers.real_sshd import RealSshd
from tests.support.table import Tried
from wizard.client.ssh import ssh_settings
from wizard.walk.descriptions import schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from _pytest.terminal import TerminalReporter

    from tests.support.agent import Agent
    from tests.support.secret_service import SecretService
    from tests.support.table import AddCount, AddRow

# Under nohup, or behind the back of a shell, they are ignored, and the programs that tests start would inherit that.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)

ssh_settings.SYSTEM = Path(os.devnull)  # here and in forks, so that nothing is read of the machine's own

quick_keys.hasten()
patience.have()
undisturbed.be()

_SEARCH_AFTER = 20_000  # new objects

_FOLDERS = {
    "XDG_CONFIG_HOME": ".config",
    "XDG_STATE_HOME": ".local/state",
    "XDG_DATA_HOME": ".local/share",
    "XDG_CACHE_HOME": ".cache",
    "XDG_RUNTIME_DIR": "run",
    "XDG_DATA_DIRS": "installed",  # by which an installed keyring is known
}
_NOT_OURS = (
    "SSH_AUTH_SOCK",
    "SSH_AGENT_PID",
    "SSH_ASKPASS",
    "SSH_ASKPASS_REQUIRE",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "DBUS_SESSION_BUS_ADDRESS",
    "PYTHON_KEYRING_BACKEND",
    "RSYNC_RSH",
    "RSYNC_PASSWORD",
    "BACKUP_WIZARD_PROFILE",
    "BACKUP_WIZARD_SOCKET",
    "BACKUP_WIZARD_UNATTENDED",
)


class StartSshd(Protocol):
    """Starts a real sshd with settings of the test's own."""

    def __call__(
        self, *, strict_modes: bool = ..., key_types: Sequence[str] = ..., settings: Sequence[str] = ...
    ) -> RealSshd: ...


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder, with nothing of the person's who runs the tests in reach."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    for variable, name in _FOLDERS.items():
        monkeypatch.setenv(variable, str(folder / name))
    monkeypatch.setenv("PATH", os.pathsep.join([str(PROGRAMS), os.environ.get("PATH", os.defpath)]))
    (folder / "run").mkdir(mode=0o700)
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={folder}/no-system-bus")
    for variable in _NOT_OURS:
        monkeypatch.delenv(variable, raising=False)
    reset_keyring()
    monkeypatch.setattr(schedule, "_module", scheduler.stand_in)
    return folder


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that `make test-attacks` uses."""
    parser.addoption("--every-case", action="store_true", help="try every case where only a sample is tried usually")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes longest, and deal it out: each worker is given a run of tests that stand side by side."""
    if not config.getoption("every_case"):
        left_out = [item for item in items if item.get_closest_marker("every_case")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = [item for item in items if item.get_closest_marker("long")]
    short = [item for item in items if not item.get_closest_marker("long")]
    items[:] = [item for worker in range(workers) for item in long[worker::workers] + _share(short, worker, workers)]


def _share(items: list[pytest.Item], worker: int, workers: int) -> list[pytest.Item]:
    return items[len(items) * worker // workers : len(items) * (worker + 1) // workers]


def pytest_collection_finish() -> None:
    """Look less often for garbage, and never among what was imported: that took a sixth of a screen's test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_SEARCH_AFTER)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print what the tests have put into tables."""
    table.print_all(terminalreporter)


@pytest.fixture
def add_row(record_property: Callable[[str, object], None]) -> AddRow:
    """Adds a row to a table that the run prints at its end: `add_row(title, cell, cell, …)`."""
    return table.adder(record_property)


@pytest.fixture
def add_count(record_property: Callable[[str, object], None]) -> AddCount:
    """Adds to the sum of what was tried in the whole run: `add_count("kills", 3)`."""
    return table.counter(record_property)


@pytest.fixture
def tried(request: pytest.FixtureRequest, add_row: AddRow, add_count: AddCount) -> Tried:
    """Counts the inputs that a test of hostile files tries."""
    name = request.node.name.removeprefix("test_").replace("_", " ")
    return Tried(name, add_row, add_count)


@pytest.fixture
def every(request: pytest.FixtureRequest) -> int:
    """Of how many cases one is tried, where each stands for many like it: of 24, and by `make test-attacks` of 1."""
    return 1 if request.config.getoption("every_case") else 24


@pytest.fixture
def sample_folder(tmp_path: Path) -> Path:
    """A source folder of names that programs stumble over."""
    return samples.make_sample(tmp_path / "sample folder")


@pytest.fixture
def lifeline(tmp_path: Path) -> Iterator[Lifeline]:
    """A pipe that tells when the last process which holds it open is gone."""
    line = Lifeline(tmp_path)
    yield line
    line.close()


@pytest.fixture
def start_sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartSshd]:
    """Starts real OpenSSH servers; each ends with the test, and its log stands in the report of one that fails."""
    started: list[RealSshd] = []

    def start(
        *, strict_modes: bool = False, key_types: Sequence[str] = ("ed25519",), settings: Sequence[str] = ()
    ) -> RealSshd:
        place = tmp_path_factory.mktemp("sshd")
        server = RealSshd(place, strict_modes=strict_modes, key_types=key_types, settings=settings)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.end()
        print(server.log())


@pytest.fixture
def sshd(start_sshd: StartSshd) -> RealSshd:
    """A real OpenSSH server."""
    return start_sshd()


@pytest.fixture
def session_bus(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A real session bus on which there is no Secret Service."""
    with run_session_bus(home / "run") as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address


@pytest.fixture
def secret_service(session_bus: str) -> Iterator[SecretService]:
    """A real, unlocked Secret Service, which `keyring` then finds."""
    with run_secret_service(session_bus) as service:
        reset_keyring()
        yield service


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A web server in the place of a chat or a monitoring service."""
    with Receiver().running() as there:
        yield there


@pytest.fixture
def agent(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Agent]:
    """A real ssh agent, which ssh then finds."""
    with ssh_agent(home / "run/agent") as running:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(running.socket))
        yield running
