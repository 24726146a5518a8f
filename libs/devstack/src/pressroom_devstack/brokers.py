"""Which RabbitMQ this machine can run for us: its own, fetched packages, or a container."""

from pathlib import Path

from .errors import StackError
from .ports import PortBook
from .rabbitmq import RabbitMQ
from .rabbitmq_binaries import are_available, find_binaries
from .rabbitmq_config import RabbitMQPorts
from .rabbitmq_docker import DockerRabbitMQ, docker_answers
from .rabbitmq_node import RabbitMQPlan
from .servers import SupervisedBroker


def private_broker(folder: Path, ports: PortBook, password: str, log: Path, cache: Path) -> SupervisedBroker:
    """A broker with its data in the folder, not yet started.

    Raises:
        StackError: this machine offers none; with what can be done.
    """
    plan = RabbitMQPlan(folder, RabbitMQPorts.from_book(ports), password, log)
    if are_available():
        return RabbitMQ(plan, lambda: find_binaries(cache))
    if docker_answers():
        return DockerRabbitMQ(plan)
    raise StackError(
        "No RabbitMQ found: it is not installed, this is no Debian or Ubuntu whose packages could be fetched, and no "
        "Docker daemon answers. One of these helps: install the package `rabbitmq-server`; or start Docker; or set "
        "PRESSROOM_AMQP_URL to the URL of a RabbitMQ of your own (amqp://user:password@host:5672/vhost)."
    )
