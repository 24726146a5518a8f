"""What dies is started again soon; what is stopped stays so, in order."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pressroom_devstack.errors import StackError
from pressroom_devstack.pid_files import PidFiles, identity
from pressroom_devstack.ports import PortBook
from pressroom_devstack.processes import Command
from pressroom_devstack.service_process import ServicePlan, ServiceProcess
from pressroom_devstack.supervisor import Stopped, Supervisor, restart_delay

SERVER = """
import http.server, os, signal, sys
def leave(*_):
    print("asked to end", flush=True)
    os._exit(0)
signal.signal(signal.SIGTERM, leave)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


class Place:
    """A supervisor in a folder of its own, and what it has said."""

    def __init__(self, folder: Path, *, restarts: bool = True) -> None:
        self.folder = folder
        self.pids = PidFiles(folder / "run")
        self.said: list[str] = []
        self.supervisor = Supervisor(self.pids, self.said.append, restarts=restarts)
        self.processes: list[ServiceProcess] = []

    def process(self, name: str, source: str = SERVER) -> ServiceProcess:
        port = PortBook(self.folder / "ports.json").port(name)
        log, environment = self.folder / f"{name}.log", dict(os.environ)
        command = Command([sys.executable, "-c", source, str(port)], log, environment, self.folder)
        process = ServiceProcess(ServicePlan(name, command, f"http://127.0.0.1:{port}/", stop_seconds=5))
        self.processes.append(process)
        return process

    def pid(self, name: str) -> int:
        pid = self.pids.pid(name)
        assert pid
        return pid


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.supervisor.stop(place.processes)


def eventually(holds: Callable[[], bool], seconds: float = 20) -> float:
    """Wait until it holds; how long that took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it never came to hold"
        time.sleep(0.02)
    return time.monotonic() - began


def test_a_killed_process_is_started_again_within_two_seconds(place: Place) -> None:
    place.supervisor.start(place.process("gateway-1"))
    first = place.pid("gateway-1")

    os.kill(first, signal.SIGKILL)

    assert eventually(lambda: place.pids.pid("gateway-1") not in {None, first}) < 2
    eventually(lambda: any("is back" in line for line in place.said))


def test_a_process_that_ends_well_on_its_own_is_started_again_too(place: Place) -> None:
    place.supervisor.start(place.process("generator-1"))
    first = place.pid("generator-1")

    os.kill(first, signal.SIGTERM)

    assert eventually(lambda: place.pids.pid("generator-1") not in {None, first}) < 2
    assert "generator-1 ended with code 0; it is started again in 0.2 s" in place.said


def test_who_dies_at_once_again_and_again_is_given_longer_rests(place: Place) -> None:
    marker = place.folder / "works"
    marker.touch()
    once = f"import os, sys\nif not os.path.exists({str(marker)!r}): sys.exit(3)\n{SERVER}"
    place.supervisor.start(place.process("generator-1", once))
    marker.unlink()

    os.kill(place.pid("generator-1"), signal.SIGKILL)

    eventually(lambda: "generator-1 ended with code 3; it is started again in 2 s" in place.said)
    assert "generator-1 ended with code 3; it is started again in 1 s" in place.said


@pytest.mark.parametrize(
    ("end", "told"),
    [(signal.SIGKILL, "was ended by SIGKILL"), (signal.SIGTERM, "ended with code 0")],
    ids=["killed", "ended well"],
)
def test_without_supervision_the_dead_stay_dead(tmp_path: Path, end: signal.Signals, told: str) -> None:
    place = Place(tmp_path, restarts=False)
    place.supervisor.start(place.process("gateway-1"))

    os.kill(place.pid("gateway-1"), end)

    eventually(lambda: not (tmp_path / "run" / "gateway-1.pid").exists())
    eventually(lambda: f"gateway-1 {told}; it stays so (SUPERVISE=0)" in place.said)
    place.supervisor.stop(place.processes)


def test_processes_stop_stage_by_stage(place: Place) -> None:
    first, second = place.process("gateway-1"), place.process("generator-1")
    place.supervisor.start(first, second)
    slow, pids = place.pid("gateway-1"), place.pids.living()

    place.supervisor.stop([first], [second])

    assert first.log.stat().st_mtime_ns <= second.log.stat().st_mtime_ns
    assert "asked to end" in second.log.read_text()
    assert slow in pids.values()
    assert place.pids.living() == {}
    assert all(identity(pid) is None for pid in pids.values())


def test_a_process_that_cannot_start_is_told_with_the_end_of_its_log(place: Place) -> None:
    broken = place.process("monitor-1", "import sys; sys.exit('no such setting')")

    with pytest.raises(StackError, match=r"monitor-1 ended with code 1.\n.*\n.*no such setting"):
        place.supervisor.start(broken)


def test_a_stop_while_something_starts_ends_it(place: Place) -> None:
    lazy = place.process("gateway-1", "import time; time.sleep(60)")
    ready = place.supervisor.launch(lazy)
    eventually(lambda: place.pids.pid("gateway-1") is not None)
    pid = place.pid("gateway-1")

    place.supervisor.ask_to_stop()
    with pytest.raises(Stopped):
        place.supervisor.wait([ready])
    place.supervisor.stop([lazy])

    assert identity(pid) is None


def test_the_first_restart_is_soon_and_the_later_ones_are_bounded() -> None:
    delays = [restart_delay(deaths) for deaths in range(1, 10)]

    assert delays[0] <= 1
    assert delays == sorted(delays)
    assert delays[-1] == 30
