"""What parking does when something goes wrong at its side."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec
import pytest
from msgspec import Raw
from structlog.testing import capture_logs

from pressroom_common import topology
from pressroom_common.contracts import RunJob, encode
from pressroom_common.errors import Unavailable
from pressroom_common.telemetry import Metrics
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.roles import SCOPES, Role
from pressroom_gateway.parking.contracts import Parked, ParkedQuery
from pressroom_gateway.parking.measures import ParkingMetrics
from pressroom_gateway.parking.message import NewMessage, ParkedStatus, command_in, new_message
from pressroom_gateway.parking.ports import Stored
from pressroom_gateway.parking.service import Parking
from pressroom_gateway.problems import Problem

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = "a client's words"
OPERATOR = Principal(uuid4(), uuid4(), "operator", Role.SUPER_ADMIN, SCOPES[Role.SUPER_ADMIN], NOW)


@dataclass
class KeptMessages:
    """The port `Messages`, in memory. `away`: so many calls are in vain."""

    away: int = 0
    rows: dict[UUID, Stored] = field(default_factory=dict)
    identities: set[bytes] = field(default_factory=set)

    async def add(self, message: NewMessage) -> bool:
        if self.away:
            self.away -= 1
            raise Unavailable("the database is away")
        if message.identity in self.identities:
            return False
        self.identities.add(message.identity)
        fields = {name: value for name, value in msgspec.structs.asdict(message).items() if name in Parked.model_fields}
        shown = Parked(**fields, status="parked", parked_at=NOW, settled_by=None, settled_at=None)
        self.rows[message.id] = Stored(shown, message.headers, message.body)
        return True

    async def find(self, message_id: UUID) -> Stored | None:
        return self.rows.get(message_id)

    async def page(self, query: ParkedQuery) -> Sequence[Parked]:
        return [row.message for row in self.rows.values()][: query.limit + 1]

    async def settle(self, message_id: UUID, status: ParkedStatus, by: str) -> Parked | None:
        row = self.rows.get(message_id)
        if row is None or row.message.status != "parked":
            return None
        settled = row.message.model_copy(update={"status": status, "settled_by": by, "settled_at": NOW})
        self.rows[message_id] = Stored(settled, row.headers, row.body)
        return settled

    async def waiting(self) -> int:
        return sum(row.message.status == "parked" for row in self.rows.values())

    async def forget(self, seconds: float) -> int:  # noqa: ARG002 - it is the port's
        forgotten = list(self.rows)[:1000]
        for message_id in forgotten:
            del self.rows[message_id]
        return len(forgotten)


@dataclass
class KeptCommands:
    ended: list[RunJob] = field(default_factory=list)

    async def end_job(self, command: RunJob) -> None:
        self.ended.append(command)

    async def replay(self, tenant_id: UUID, job_id: UUID) -> None:  # noqa: ARG002 - it is the port's
        raise AssertionError("no test replays a command")


@dataclass
class KeptPublications:
    away: bool = False
    sent: list[tuple[str, str, bytes]] = field(default_factory=list)

    async def publish(self, exchange: str, routing_key: str, body: bytes) -> None:
        if self.away:
            raise Unavailable("the broker did not confirm")
        self.sent.append((exchange, routing_key, body))


class Place:
    """The service with what it needs."""

    def __init__(self) -> None:
        self.messages, self.commands, self.publications = KeptMessages(), KeptCommands(), KeptPublications()
        self.metrics = Metrics()
        self.parking = Parking(self.messages, self.commands, self.publications, ParkingMetrics(self.metrics), keep=60.0)

    def shown(self, metric: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(f"pressroom_{metric}", labels)


@pytest.fixture
def place() -> Place:
    return Place()


def dead_letter(body: bytes, queue: str = topology.MONITOR_QUEUE, exchange: str = topology.EVENTS) -> NewMessage:
    death = {"reason": "rejected", "queue": queue, "exchange": exchange, "count": 1, "routing-keys": ["key"]}
    return new_message(body, {"x-death": [death]}, "message-1")


def command() -> RunJob:
    return RunJob(
        id=uuid4(),
        source="gateway-1",
        time=NOW,
        tenant_id=uuid4(),
        job_id=uuid4(),
        kind="generation.prompt",
        attempt=1,
        dispatch=1,
        input=Raw(msgspec.json.encode({"prompt": SECRET})),
        not_after=NOW,
    )


async def test_a_command_that_is_delivered_again_ends_its_job_again(place: Place) -> None:
    """Whoever stored it may have died before it told the run; a second word does no harm."""
    body = encode(command())
    for _ in range(2):
        await place.parking.take(dead_letter(body), command_in(body))
    assert len(place.messages.rows) == 1
    assert place.commands.ended == [command_in(body)] * 2
    assert place.shown("parked_messages_total", queue=topology.MONITOR_QUEUE, reason="rejected") == 1


async def test_a_database_that_is_away_is_waited_for(place: Place) -> None:
    place.messages.away = 2
    await place.parking.take(dead_letter(b"poison"), None)
    assert len(place.messages.rows) == 1
    assert place.commands.ended == []


async def test_nothing_of_a_body_is_logged(place: Place) -> None:
    with capture_logs() as lines:
        for body in (encode(command()), msgspec.json.encode({"type": SECRET})):
            await place.parking.take(dead_letter(body), command_in(body))
    assert [line["event"] for line in lines] == ["a message was parked"] * 2
    assert SECRET not in str(lines)


async def test_what_the_broker_did_not_confirm_is_still_parked(place: Place) -> None:
    message = dead_letter(b"an event")
    await place.parking.take(message, None)
    place.publications.away = True
    with pytest.raises(Unavailable):
        await place.parking.replay(OPERATOR, message.id)
    place.publications.away = False
    assert (await place.parking.replay(OPERATOR, message.id)).status == "replayed"
    assert place.publications.sent == [(topology.EVENTS, "key", b"an event")]


async def test_what_came_from_an_exchange_of_somebody_else_is_not_published_there(place: Place) -> None:
    message = dead_letter(b"whatever", "their.queue", "their.exchange")
    await place.parking.take(message, None)
    with pytest.raises(Problem, match="not known"):
        await place.parking.replay(OPERATOR, message.id)
    assert place.publications.sent == []
    assert place.shown("parked_messages_total", queue="other", reason="rejected") == 1


async def test_housekeeping_counts_what_waits_and_forgets_until_nothing_is_old(place: Place) -> None:
    for n in range(1001):
        await place.messages.add(dead_letter(str(n).encode()))
    await place.parking.keep_house()
    assert place.messages.rows == {}
    assert place.shown("parked_waiting") == 0
