"""Whom an operator's order goes to."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from pressroom_common.contracts import Control, DrainWorker, RestartWorker, SetLogLevel
from pressroom_common.errors import Unavailable
from pressroom_common.reads import Workers, WorkerState, WorkerView
from pressroom_gateway.operations.contracts import Ordered
from pressroom_gateway.operations.service import WorkerControl
from pressroom_gateway.problems import Problem

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def worker(name: str, state: WorkerState = "alive", service: str = "generator") -> WorkerView:
    return WorkerView(
        name=name,
        service=service,
        state=state,
        version="1",
        host="here",
        pid=7,
        started_at=NOW,
        last_heartbeat_at=NOW,
        slots={"high": 1},
        holds=0,
        done=0,
        rss_bytes=0,
    )


class Known:
    async def workers(self) -> Workers:
        return Workers(
            items=(
                worker("generator-1"),
                worker("generator-2", "draining"),
                worker("generator-3", "stale"),
                worker("generator-4", "stopped"),
                worker("zuora-1", service="zuora-sync"),
                worker("pages-1", "stopped", "pages"),
            )
        )


class Broker:
    """What was told, by service. `away`: it takes nothing."""

    def __init__(self) -> None:
        self.away = False
        self.told: list[tuple[str, Control]] = []

    async def tell(self, service: str, message: Control) -> None:
        if self.away:
            raise Unavailable("the broker is away")
        self.told.append((service, message))


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def control(broker: Broker) -> WorkerControl:
    return WorkerControl(Known(), broker, "gateway-1")


async def test_a_drain_goes_to_the_workers_service_and_names_it(control: WorkerControl, broker: Broker) -> None:
    ordered = await control.drain("zuora-1")
    [(service, message)] = broker.told
    assert isinstance(message, DrainWorker)
    assert (service, message.worker, message.source) == ("zuora-sync", "zuora-1", "gateway-1")
    assert (ordered.order, ordered.workers) == ("drain", ("zuora-1",))
    assert "stays" in ordered.detail


async def test_a_restart_goes_to_a_drained_worker_too(control: WorkerControl, broker: Broker) -> None:
    ordered = await control.restart("generator-2")
    [(service, message)] = broker.told
    assert isinstance(message, RestartWorker)
    assert (service, message.worker) == ("generator", "generator-2")
    assert "starts it again" in ordered.detail


async def test_a_log_level_is_set_for_one(control: WorkerControl, broker: Broker) -> None:
    await control.set_log_level("generator-1", "debug")
    [(service, message)] = broker.told
    assert isinstance(message, SetLogLevel)
    assert (service, message.worker, message.level) == ("generator", "generator-1", "debug")


async def test_a_log_level_is_set_for_all_with_one_word_and_the_answer_names_who_lives(
    control: WorkerControl, broker: Broker
) -> None:
    ordered = await control.set_log_level_of_all("generator", "error")
    [(service, message)] = broker.told
    assert isinstance(message, SetLogLevel)
    assert (service, message.worker, message.level) == ("generator", "", "error")
    assert ordered.workers == ("generator-1", "generator-2")


@pytest.mark.parametrize("service", ["gateway", "monitor"])
async def test_a_log_level_is_set_for_all_gateways_and_monitors_which_the_answer_cannot_name(
    control: WorkerControl, broker: Broker, service: str
) -> None:
    ordered = await control.set_log_level_of_all(service, "debug")
    [(told, message)] = broker.told
    assert isinstance(message, SetLogLevel)
    assert (told, message.worker, message.level) == (service, "", "debug")
    assert (ordered.service, ordered.workers) == (service, ())
    assert f"All processes of {service}" in ordered.detail


Order = Callable[[WorkerControl, str], Awaitable[Ordered]]


@pytest.mark.parametrize("name", ["nobody", "generator-3", "generator-4"], ids=["unknown", "stale", "stopped"])
@pytest.mark.parametrize(
    "order",
    [WorkerControl.drain, WorkerControl.restart, lambda control, name: control.set_log_level(name, "info")],
    ids=["drain", "restart", "log level"],
)
async def test_nobody_is_told_where_no_worker_of_that_name_lives(
    control: WorkerControl, broker: Broker, order: Order, name: str
) -> None:
    with pytest.raises(Problem) as problem:
        await order(control, name)
    assert (problem.value.status, problem.value.code) == (404, "not_found")
    assert name in problem.value.detail
    assert broker.told == []


@pytest.mark.parametrize("service", ["unheard-of", "pages"], ids=["unknown", "stopped"])
async def test_nobody_is_told_where_a_service_has_no_live_worker(
    control: WorkerControl, broker: Broker, service: str
) -> None:
    with pytest.raises(Problem) as problem:
        await control.set_log_level_of_all(service, "info")
    assert problem.value.status == 404
    assert broker.told == []


async def test_an_order_that_the_broker_did_not_take_is_not_answered_as_given(
    control: WorkerControl, broker: Broker
) -> None:
    broker.away = True
    with pytest.raises(Unavailable):
        await control.restart("generator-1")
