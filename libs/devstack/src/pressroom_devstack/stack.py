"""The whole stack: which processes it has, how each is started, and in which order they start and stop."""

import sys
from collections.abc import Sequence

from .brokers import private_broker
from .folders import StackFolder
from .kept_secrets import KeptSecrets
from .migrations import migrate
from .ports import LOOPBACK, PortBook
from .postgres import Postgres, PostgresPlan
from .processes import Command
from .rabbitmq import RabbitMQ
from .rabbitmq_binaries import are_to_be_fetched
from .servers import Supervised, SupervisedBroker
from .service_process import ServicePlan, ServiceProcess
from .supervisor import Supervisor
from .wiring import FAKE_PROVIDER, FAKE_ZUORA, SERVICES, Wiring, choose_ports, in_code, process_names
from .wishes import Wishes

MARGIN_S = 10.0  # what a service gets beyond the time it asks for, before it is killed
SHUTDOWN_S = 10.0  # what gateway and monitor take at most
DRAINED = {"generator", "zuora-sync"}
ZUORA_LATENCY_MS = 20


class Stack:
    """The processes of one checkout, not yet started."""

    def __init__(self, folder: StackFolder, wishes: Wishes) -> None:
        self.folder = folder
        self.wishes = wishes
        self.secrets = KeptSecrets(folder.secrets)
        book = PortBook(folder.ports)
        ports = choose_ports(book, wishes)
        self._postgres = None if wishes.database_url else self._private_postgres(book)
        self._broker = None if wishes.amqp_url else self._private_broker(book)
        self.wiring = Wiring(wishes, self.secrets, ports, self._database_url, self._amqp_url, folder.storage)
        self._provider = None if wishes.brings_provider else self._fake_provider(ports[FAKE_PROVIDER])
        self._zuora = self._fake_zuora(ports[FAKE_ZUORA])
        names = process_names(wishes)
        self._services = {service: [self._service(service, name) for name in names[service]] for service in SERVICES}

    def start(self, supervisor: Supervisor) -> None:
        """Start everything and wait until it is ready.

        RabbitMQ takes longest. The migrations do not need it, and the services wait for it by themselves.
        """
        launched = [supervisor.launch(process) for process in (self._broker, *self._fakes) if process]
        supervisor.start(*filter(None, [self._postgres]))
        migrate(self.folder, self.wiring, database=self._postgres.database if self._postgres else None)
        launched += [supervisor.launch(process) for service in SERVICES for process in self._services[service]]
        supervisor.wait(launched)

    def stop_order(self) -> list[Sequence[Supervised]]:
        """No new work first, then the work in hand, then what has told of it, and what they stand on last."""
        servers = [[process] for process in (self._broker, self._postgres) if process]
        return [*(self._services[service] for service in SERVICES), self._fakes, *servers]

    @property
    def fetches_rabbitmq(self) -> bool:
        """Whether the start will take longer, because packages are fetched."""
        return isinstance(self._broker, RabbitMQ) and are_to_be_fetched(self.folder.cache)

    def gateway_urls(self) -> list[str]:
        """Where clients find the gateways."""
        return [self.wiring.url(process.name) for process in self._services["gateway"]]

    def ready_urls(self) -> dict[str, str]:
        """What answers with 200 when it is well, by process; servers that answer otherwise have no URL."""
        services = [process for group in self._services.values() for process in group]
        answering = {process.name: process.ready_url for process in [*services, *self._fakes]}
        servers = {process.name: "" for process in (self._postgres, self._broker) if process}
        return servers | answering

    @property
    def _fakes(self) -> list[ServiceProcess]:
        return [process for process in (self._provider, self._zuora) if process]

    @property
    def _database_url(self) -> str:
        return self._postgres.url if self._postgres else self.wishes.database_url or ""

    @property
    def _amqp_url(self) -> str:
        return self._broker.amqp_url if self._broker else self.wishes.amqp_url or ""

    def _private_postgres(self, book: PortBook) -> Postgres:
        password = self.secrets.secret("postgres_password")
        log = self.folder.log("postgres")
        plan = PostgresPlan(self.folder.data, book.port("postgres"), password, log, checkout=self.folder.checkout)
        return Postgres(plan)

    def _private_broker(self, book: PortBook) -> SupervisedBroker:
        password = self.secrets.secret("rabbitmq_password")
        return private_broker(self.folder.data, book, password, self.folder.log("rabbitmq"), self.folder.cache)

    def _fake_provider(self, port: int) -> ServiceProcess:
        return self._fake(FAKE_PROVIDER, "fake_openai", port)

    def _fake_zuora(self, port: int) -> ServiceProcess:
        return self._fake(FAKE_ZUORA, "fake_zuora", port, "--latency-ms", str(ZUORA_LATENCY_MS))

    def _fake(self, name: str, module: str, port: int, *options: str) -> ServiceProcess:
        argv = [sys.executable, "-m", f"pressroom_devstack.{module}", "--port", str(port), *options]
        command = Command(argv, self.folder.log(name), dict(self.wishes.environment), self.folder.checkout)
        return ServiceProcess(ServicePlan(name, command, f"http://{LOOPBACK}:{port}/__fake__/health"))

    def _service(self, service: str, name: str) -> ServiceProcess:
        argv, environment = [sys.executable, "-m", f"pressroom_{in_code(service)}"], self.wiring.process(service, name)
        command = Command(argv, self.folder.log(name), environment, self.folder.checkout)
        seconds = MARGIN_S + (self.wishes.drain(service) if service in DRAINED else SHUTDOWN_S)
        return ServiceProcess(ServicePlan(name, command, f"{self.wiring.internal_url(name)}/readyz", seconds))
