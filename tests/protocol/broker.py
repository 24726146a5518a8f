"""A broker as a model: messages that are ready, or taken and not yet acked."""

from dataclasses import dataclass, field
from typing import Literal

from pressroom_common.contracts import CancelJob, RunJob, Snapshot

News = tuple[Snapshot, ...]
Luck = Literal[
    "done",
    "unknown",  # it was done, but the answer was lost
    "refused",  # it was not done
]


@dataclass(eq=False)
class Message:
    body: RunJob | CancelJob | News
    taken_by: str | None = None


@dataclass
class Broker:
    queue: list[Message] = field(default_factory=list)
    told: list[Snapshot] = field(default_factory=list)
    """Every snapshot that ever was published."""

    def publish(self, body: RunJob | CancelJob) -> None:
        self.queue.append(Message(body))

    def tell(self, snapshot: Snapshot) -> None:
        self.told.append(snapshot)
        self.queue.append(Message((snapshot,)))

    def ready(self, *kinds: type) -> list[Message]:
        return [message for message in self.queue if message.taken_by is None and isinstance(message.body, kinds)]

    def ack(self, message: Message, taker: str) -> None:
        """By somebody else than its taker it is void: the message was delivered again meanwhile."""
        if message.taken_by == taker and message in self.queue:
            self.queue.remove(message)

    def restart(self) -> None:
        """Everything that was not acked is delivered again."""
        for message in self.queue:
            message.taken_by = None

    def wipe(self) -> None:
        self.queue.clear()
