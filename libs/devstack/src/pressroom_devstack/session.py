"""One run of the stack, from the lock to the last process's end."""

import fcntl
import json
import os
import shlex
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType

from . import screen
from .api_keys import ensure_keys
from .demo_customers import ensure_customers
from .errors import StackError
from .folders import StackFolder, write_private
from .leftovers import end_leftovers
from .pid_files import PidFiles
from .screen import say
from .stack import Stack
from .supervisor import Supervisor
from .wiring import FAKE_ZUORA
from .wishes import Wishes


class AlreadyRunning(StackError):
    """Another process runs this checkout's stack."""


def run(folder: StackFolder, wishes: Wishes, *, ready: Callable[[dict[str, str]], None]) -> None:
    """Run the stack until a signal ends it; `ready` is told the variables of `.pressroom/env` once all is up.

    Raises:
        AlreadyRunning: another process does.
        StackError: something did not start; what had started is stopped again.
    """
    with _exclusively(folder):
        left = end_leftovers(folder)
        if left:
            say(f"Ended what an earlier run had left: {', '.join(left)}")
        folder.state.unlink(missing_ok=True)
        pids = PidFiles(folder.run)
        supervisor = Supervisor(pids, say, restarts=wishes.supervise)
        _listen_to_signals(supervisor)
        pids.write("stack", os.getpid())
        try:
            _start_and_watch(Stack(folder, wishes), supervisor, ready)
        finally:
            pids.remove("stack")


def is_running(folder: StackFolder) -> bool:
    """Whether someone runs this checkout's stack."""
    try:
        with _exclusively(folder):
            return False
    except AlreadyRunning:
        return True


def _start_and_watch(stack: Stack, supervisor: Supervisor, ready: Callable[[dict[str, str]], None]) -> None:
    say(screen.beginning(stack))
    try:
        stack.start(supervisor)
        variables = _variables(stack, ensure_keys(stack.folder, stack.secrets, stack.wiring))
        _make_demo(stack, variables["PRESSROOM_ADMIN_KEY"])
        _write_down(stack, variables)
        ready(variables)
        supervisor.watch()
    finally:
        stack.folder.state.unlink(missing_ok=True)
        say("Stopping (again to kill) …")
        supervisor.stop(*stack.stop_order())
        say("Stopped.")


def _variables(stack: Stack, keys: dict[str, str]) -> dict[str, str]:
    """What scripts want to know. The names are not those that mean own infrastructure."""
    first, *others = stack.gateway_urls()
    urls = {"PRESSROOM_URL": first} | {f"PRESSROOM_URL_{n}": url for n, url in enumerate(others, start=2)}
    return {
        **urls,
        **keys,
        "PRESSROOM_STACK_DATABASE_URL": stack.wiring.database_url,
        "PRESSROOM_STACK_AMQP_URL": stack.wiring.amqp_url,
        "PRESSROOM_STACK_KEY_PEPPER": stack.wiring.key_pepper,
        "PRESSROOM_PROVIDER_URL": stack.wiring.provider_url,
        "PRESSROOM_ZUORA_URL": stack.wiring.url(FAKE_ZUORA),
    }


def _make_demo(stack: Stack, key: str) -> None:
    """The stack is of use without the demo's customers: that they could not be made is told, and no more."""
    try:
        ensure_customers(stack.gateway_urls()[0], key, stack.wiring.url(FAKE_ZUORA))
    except StackError as error:
        say(str(error))


def _write_down(stack: Stack, variables: dict[str, str]) -> None:
    text = "".join(f"{name}={shlex.quote(value)}\n" for name, value in variables.items())
    write_private(stack.folder.env, text)
    state = {
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "url": variables["PRESSROOM_URL"],
        "processes": stack.ready_urls(),
    }
    write_private(stack.folder.state, json.dumps(state, indent=2) + "\n")


def _listen_to_signals(supervisor: Supervisor) -> None:
    """The first signal stops the stack, the second kills it."""
    received: list[int] = []

    def handle(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        if len(received) == 1:
            supervisor.ask_to_stop()
        else:
            supervisor.kill()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handle)


@contextmanager
def _exclusively(folder: StackFolder) -> Iterator[None]:
    with folder.lock.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning("Pressroom runs already.") from None
        yield
