"""A pid file names its process only while that very process lives."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pressroom_devstack.pid_files import PidFiles, end, identity


@pytest.fixture
def process() -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sleep", "60"])


def test_a_living_process_is_found_by_its_name(tmp_path: Path, process: subprocess.Popen[bytes]) -> None:
    PidFiles(tmp_path).write("gateway-1", process.pid)

    assert (tmp_path / "gateway-1.pid").read_text() == f"{process.pid}\n"
    assert PidFiles(tmp_path).living() == {"gateway-1": process.pid}
    process.kill()
    process.wait()


def test_the_file_of_a_dead_process_is_cleared_away(tmp_path: Path, process: subprocess.Popen[bytes]) -> None:
    PidFiles(tmp_path).write("gateway-1", process.pid)
    process.kill()
    process.wait()

    assert PidFiles(tmp_path).living() == {}
    assert not (tmp_path / "gateway-1.pid").exists()


def test_another_process_with_the_same_id_is_not_meant(tmp_path: Path) -> None:
    PidFiles(tmp_path).write("gateway-1", os.getpid())
    (tmp_path / "identities" / "gateway-1").write_text("an earlier boot 1")

    assert PidFiles(tmp_path).pid("gateway-1") is None


def test_a_process_that_nobody_has_waited_for_counts_as_dead(process: subprocess.Popen[bytes]) -> None:
    assert identity(process.pid)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

    assert identity(process.pid) is None
    process.wait()


def test_who_ignores_the_request_to_end_is_killed() -> None:
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", stubborn], stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()

    end({process.pid: signal.SIGTERM}, seconds=0.3)

    assert process.wait() == -signal.SIGKILL
    process.stdout.close()
