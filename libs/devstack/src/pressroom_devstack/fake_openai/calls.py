"""What was asked of the provider: the list behind `/__fake__/calls`. Tests count here what would have been paid."""

from collections import Counter, deque
from collections.abc import Iterator
from itertools import count

import msgspec

KEPT = 200_000
PROMPT_SHOWN = 200


class Call(msgspec.Struct, gc=False):
    """`time` and `ended_at` are seconds of the epoch. `in_flight` counts the calls under way when it came, itself
    included. `tokens` is what was sent, so a stream that broke shows how far it got."""

    number: int
    time: float
    model: str
    stream: bool
    prompt: str
    client_request_id: str | None
    in_flight: int
    kind: str = "chat"
    outcome: str = "in_flight"
    ended_at: float | None = None
    tokens: int = 0


class Stats(msgspec.Struct):
    calls: int
    in_flight: int
    max_in_flight: int
    outcomes: dict[str, int]
    tokens: int
    dropped: int


class CallLog:
    """Bounded: the oldest calls make place for new ones, and are counted as dropped."""

    def __init__(self, kept: int = KEPT) -> None:
        self._calls: deque[Call] = deque(maxlen=kept)
        self._numbers = count(1)
        self.in_flight = 0
        self._start_over(first=1)

    def _start_over(self, first: int) -> None:
        self._first = first
        self._begun = 0
        self._tokens = 0
        self._max_in_flight = self.in_flight
        self._outcomes: Counter[str] = Counter()

    @property
    def dropped(self) -> int:
        return self._begun - len(self._calls)

    def begin(self, now: float, *, kind: str, model: str, stream: bool, prompt: str, request_id: str | None) -> Call:
        self.in_flight += 1
        self._begun += 1
        self._max_in_flight = max(self._max_in_flight, self.in_flight)
        call = Call(
            number=next(self._numbers),
            time=now,
            model=model,
            stream=stream,
            prompt=prompt[:PROMPT_SHOWN],
            client_request_id=request_id,
            in_flight=self.in_flight,
            kind=kind,
        )
        self._calls.append(call)
        return call

    def end(self, call: Call, now: float) -> None:
        self.in_flight -= 1
        call.ended_at = now
        if call.number >= self._first:  # not one from before a reset
            self._outcomes[call.outcome] += 1
            self._tokens += call.tokens

    def find(self, outcome: str | None = None, since: float = 0) -> Iterator[Call]:
        """Oldest first; `since` is a time of the epoch."""
        return (call for call in self._calls if call.time >= since and outcome in {None, call.outcome})

    def stats(self) -> Stats:
        return Stats(
            calls=self._begun,
            in_flight=self.in_flight,
            max_in_flight=self._max_in_flight,
            outcomes=dict(self._outcomes),
            tokens=self._tokens,
            dropped=self.dropped,
        )

    def reset(self) -> None:
        """Forgets all calls; those under way end unlisted, and still count as in flight until then."""
        self._calls.clear()
        self._start_over(first=next(self._numbers))
