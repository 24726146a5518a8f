"""A test run that was killed leaves no servers for ever."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from pressroom_devstack.abandoned import folder_of_one_run, processes_of

KILLED_RUN = """
import os, signal, subprocess
from pressroom_devstack.abandoned import folder_of_one_run
with folder_of_one_run() as folder:
    away = subprocess.DEVNULL
    subprocess.Popen(["sleep", "60"], env={"HOME": f"{folder}/data"}, stdout=away, stderr=away, start_new_session=True)
    print(folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_the_next_run_ends_the_servers_of_a_killed_one(temporary: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED_RUN], capture_output=True, text=True, check=False)
    left = Path(killed.stdout.strip())
    assert left.parent == temporary
    assert len(processes_of(left)) == 1

    with folder_of_one_run():
        assert processes_of(left) == []
        assert not left.exists()


def test_a_run_beside_another_leaves_it_alone(temporary: Path) -> None:
    with folder_of_one_run() as first:
        with folder_of_one_run() as second:
            assert first.exists()
            assert second.parent == temporary
        assert first.exists()
        assert not second.exists()
