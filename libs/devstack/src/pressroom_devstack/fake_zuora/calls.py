"""What was asked of the server: the list behind `/__fake__/log`. No header and no form is in it: those have secrets."""

from collections import Counter, deque
from collections.abc import Iterator
from itertools import count

import msgspec

KEPT = 200_000


class Call(msgspec.Struct, gc=False):
    """`time` is in seconds of the epoch, `ms` what the answer took, in milliseconds. `status` 0: under way, or the
    client went before the answer. `scenario` names what it met."""

    number: int
    time: float
    method: str
    path: str
    query: str
    endpoint: str
    account: str
    track_id: str | None
    workflow_id: int | None = None
    page: int | None = None
    status: int = 0
    ms: float = 0
    size: int = 0
    at_once: int = 0
    scenario: str = ""


class Log(msgspec.Struct):
    """The answer of `/__fake__/log`. The counts are of all calls since the reset, by account and endpoint."""

    calls: list[Call]
    counts: dict[str, dict[str, int]]
    statuses: dict[str, int]
    most_at_once: dict[str, int]
    under_way: dict[str, int]
    dropped: int


class CallLog:
    """Bounded: the oldest calls make place for new ones, and are counted as dropped."""

    def __init__(self, kept: int = KEPT) -> None:
        self._calls: deque[Call] = deque(maxlen=kept)
        self._numbers = count(1)
        self._begun = 0
        self.counts: dict[str, Counter[str]] = {}
        self.statuses: Counter[str] = Counter()

    @property
    def dropped(self) -> int:
        return self._begun - len(self._calls)

    def next_number(self) -> int:
        return next(self._numbers)

    def begin(self, call: Call) -> None:
        self._begun += 1
        self._calls.append(call)
        self.counts.setdefault(call.account, Counter())[call.endpoint] += 1

    def end(self, call: Call, now: float) -> None:
        call.ms = round((now - call.time) * 1000, 1)
        self.statuses[str(call.status)] += 1

    def find(self, account: str | None = None, endpoint: str | None = None, since: int = 0) -> Iterator[Call]:
        """Oldest first; `since` is a call's number."""
        return (
            call
            for call in self._calls
            if call.number > since and account in {None, call.account} and endpoint in {None, call.endpoint}
        )
