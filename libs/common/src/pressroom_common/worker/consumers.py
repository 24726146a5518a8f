"""Messages in, calls of the worker. The whole subscription table is one list."""

from faststream.rabbit import RabbitRouter

from pressroom_common import topology
from pressroom_common.broker import Delivery, broadcast_route, route
from pressroom_common.contracts import CancelJob, Control, Decoder, ForgetRuns, RunJob, decoder, lane_queue
from pressroom_common.settings import WorkerSettings

from .control import Controls
from .service import Worker

_command = decoder(RunJob)
_directive = decoder(CancelJob | ForgetRuns)  # type: ignore[arg-type]
_control: Decoder[Control] = Decoder(Control)


def router(service: str, worker: Worker, controls: Controls, settings: WorkerSettings) -> RabbitRouter:
    """A lane's prefetch is its slots: no lane can starve another."""

    async def on_command(delivery: Delivery) -> None:
        await worker.run(_command(delivery.body))
        await delivery.ack()

    async def on_directive(delivery: Delivery) -> None:
        directive = _directive(delivery.body)
        if isinstance(directive, ForgetRuns):
            await worker.forget(directive)
        else:
            await worker.cancel(directive)
        await delivery.ack()

    async def on_control(delivery: Delivery) -> None:
        controls.obey(_control(delivery.body))

    slots = settings.slots()
    return RabbitRouter(
        handlers=[
            *(route(topology.queue(lane_queue(service, lane)), on_command, slots[lane]) for lane in slots),
            route(topology.queue(topology.cancellations_queue(service)), on_directive, 100),
            broadcast_route(topology.CONTROL, topology.control_key(service), settings.name, on_control),
        ]
    )
