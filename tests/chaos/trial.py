"""A chaos run as a command: servers of its own, the story, its section of `docs/chaos.md`, the exit code."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from bench.machine import machine, today
from bench.stack import end_on_signals
from chaos.keeping import DOCUMENT, keep_logs, written
from chaos.story import say
from pressroom_devstack.abandoned import folder_of_one_run
from pressroom_devstack.infrastructure import Infrastructure, private_infrastructure


class Judged(Protocol):
    violations: list[str]


Told = TypeVar("Told", bound=Judged)


@dataclass(frozen=True)
class Report(Generic[Told]):
    """`begin` and `end` mark the section of the page."""

    begin: str
    end: str
    rendered: Callable[[Told, str, str, str], str]
    """Of the outcome, the date, the machine, and the command."""
    accused: Callable[[Told], str]


def parser(name: str, doc: str | None) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog=f"python -m {name}", description=doc)
    made.add_argument("--dry", action="store_true", help="do not write docs/chaos.md")
    made.add_argument("--logs", help="a folder to which the services' logs are copied at the end")
    return made


def run(
    options: argparse.Namespace,
    tell: Callable[[Infrastructure, Path], Coroutine[Any, Any, Told]],
    report: Report[Told],
    command: str,
) -> int:
    """The exit code. `tell`: with servers, and a folder for the system."""
    end_on_signals()
    with folder_of_one_run() as folder, private_infrastructure(folder / "servers") as servers:
        where = machine(servers)
        try:
            outcome = asyncio.run(tell(servers, folder / "system"))
        finally:
            if options.logs:
                keep_logs(folder, Path(options.logs))
    section = report.rendered(outcome, today(), where, command)
    say(f"\n{section}\n")
    if outcome.violations:
        say(report.accused(outcome))
        return 1
    if not options.dry:
        written(DOCUMENT, report.begin, report.end, section)
    return 0
