"""`down` and `reset`: ends a stack that another process runs, and deletes what it has kept."""

import os
import shutil
import signal
import time

from .errors import StackError
from .folders import StackFolder
from .leftovers import end_leftovers
from .pid_files import PidFiles, identity
from .rabbitmq_docker import docker_answers, remove_container
from .screen import say
from .shelter import shelter_of

PATIENCE_S = 120.0


def down(folder: StackFolder) -> None:
    """Stop the stack of this checkout, and whatever of it outlived its supervisor.

    Raises:
        StackError: it did not stop in time.
    """
    supervisor = PidFiles(folder.run).pid("stack")
    if supervisor:
        say("Stopping: running jobs are handed back when their time is over …")
        _stop(supervisor)
    left = end_leftovers(folder)
    if left:
        say(f"Ended what an earlier run had left: {', '.join(left)}")
    say("Stopped." if supervisor or left else "Nothing was running.")


def delete_data(folder: StackFolder) -> None:
    """Delete data, logs, keys and ports of a stopped stack. Fetched packages stay."""
    if docker_answers():
        remove_container(folder.data)
    try:
        _delete(folder)
    except PermissionError as error:
        raise StackError(f"{error.filename} belongs to another user; delete {folder.root} as that user.") from None


def _delete(folder: StackFolder) -> None:
    for path in (folder.data, folder.storage, folder.logs, folder.run, shelter_of(folder.checkout)):
        if path.exists():
            shutil.rmtree(path)
    for path in (folder.env, folder.secrets, folder.ports):
        path.unlink(missing_ok=True)


def _stop(supervisor: int) -> None:
    """Ask the supervisor to stop, and wait until its process is gone: until then it holds the lock."""
    meant = identity(supervisor)
    os.kill(supervisor, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_S
    while meant and identity(supervisor) == meant:
        if time.monotonic() > deadline:
            raise StackError(
                f"The stack has not stopped within {PATIENCE_S:.0f} s; its log: `make logs SERVICE=stack`."
            )
        time.sleep(0.1)
