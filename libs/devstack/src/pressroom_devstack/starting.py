"""`up`: in this process, or in another that outlives this one."""

import json
import shlex
import signal
import subprocess
import sys
import time

from . import processes, screen, session
from .folders import StackFolder
from .screen import say
from .session import AlreadyRunning
from .supervisor import Stopped
from .wishes import Wishes


def in_foreground(folder: StackFolder, wishes: Wishes, *, quiet: bool = False) -> bool:
    """Run the stack until it is told to stop; whether it came to run here. Quiet: keys are not printed.

    Raises:
        StackError: something did not start.
    """

    def ready(variables: dict[str, str]) -> None:
        if not quiet:
            say(f"{screen.welcome(variables, wishes)}\n\nCtrl-C stops it.\n")

    try:
        session.run(folder, wishes, ready=ready)
    except AlreadyRunning:
        say(_already_running(folder))
        return False
    except Stopped:
        return False
    return True


def in_background(folder: StackFolder, wishes: Wishes) -> bool:
    """Run the stack in another process, and return when it is ready; whether it runs now."""
    if session.is_running(folder):
        say(_already_running(folder))
        return True
    folder.state.unlink(missing_ok=True)  # left by a run that was killed
    log = folder.log("stack")
    processes.rotate(log)
    position = log.stat().st_size if log.exists() else 0
    process = _spawn(folder, wishes)
    try:
        ready = _follow(folder, process, position)
    except KeyboardInterrupt:
        process.send_signal(signal.SIGTERM)
        process.wait()
        return False
    if ready:
        say(f"{screen.welcome(_read_env(folder), wishes)}\n\n`make down` stops it.\n")
    return ready


def _spawn(folder: StackFolder, wishes: Wishes) -> subprocess.Popen[bytes]:
    options = ["--gateways", str(wishes.gateways), "--generators", str(wishes.generators)]
    drain = [] if wishes.drain_seconds is None else ["--drain-seconds", str(wishes.drain_seconds)]
    supervise = "--supervise" if wishes.supervise else "--no-supervise"
    with folder.log("stack").open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "pressroom_devstack", "up", "--background", *options, *drain, supervise],
            cwd=folder.checkout,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _follow(folder: StackFolder, process: subprocess.Popen[bytes], position: int) -> bool:
    """Print what the stack says until it is ready or has ended; whether it is ready."""
    with folder.log("stack").open("rb") as said:
        said.seek(position)
        while True:
            ended, ready = process.poll() is not None, folder.state.exists()
            for line in said.read().decode(errors="replace").splitlines():
                say(line)
            if ended or ready:
                return not ended
            time.sleep(0.1)


def _read_env(folder: StackFolder) -> dict[str, str]:
    pairs = (line.split("=", 1) for line in folder.env.read_text().splitlines())
    return {name: shlex.split(value)[0] for name, value in pairs}


def _already_running(folder: StackFolder) -> str:
    if not folder.state.exists():
        return "Pressroom is starting or stopping already; `make status` shows it."
    url = json.loads(folder.state.read_text())["url"]
    return f"Pressroom runs already at {url} (keys in {folder.env}); `make down` stops it."
