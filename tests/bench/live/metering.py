"""CPU time of processes over some stretch of time."""

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass

import psutil

from bench.measure import Processes

CLIENTS = "clients"
"""This process."""


@dataclass(frozen=True)
class Spent:
    """CPU seconds by process, from one time of the epoch to another."""

    began: float
    ended: float
    cpu: Mapping[str, float]

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    def cores(self, name: str) -> float:
        """How many it kept busy."""
        return self.cpu[name] / self.seconds


@dataclass(frozen=True)
class Reading:
    at: float
    cpu: Mapping[str, float]

    def to(self, later: "Reading") -> Spent:
        return Spent(self.at, later.at, {name: spent - self.cpu[name] for name, spent in later.cpu.items()})


class Meter:
    """Servers have many children, and are costly to look at: not while streams flow."""

    def __init__(self, own: Mapping[str, int], servers: Mapping[str, int]) -> None:
        pids = {**own, CLIENTS: os.getpid()}
        self._own = {name: psutil.Process(pid) for name, pid in pids.items()}
        self._servers = Processes(servers)

    def read(self, *, with_servers: bool = False) -> Reading:
        servers = self._servers.cpu_seconds() if with_servers else {}
        return Reading(time.time(), {name: sum(each.cpu_times()[:2]) for name, each in self._own.items()} | servers)

    async def over(self, seconds: float) -> Spent:
        """From now on, without the servers."""
        begun = self.read()
        await asyncio.sleep(seconds)
        return begun.to(self.read())
