"""Where only Docker can run RabbitMQ, its client is our child process: here a stand-in that does as it is told."""

import os
from pathlib import Path

import pytest

from pressroom_devstack.ports import PortBook
from pressroom_devstack.rabbitmq_config import RabbitMQPorts
from pressroom_devstack.rabbitmq_docker import DockerRabbitMQ, docker_answers
from pressroom_devstack.rabbitmq_node import RabbitMQPlan

# `run` answers on the port that is published for 15672, until `stop` or `kill` ends it; every call is written down.
DOCKER = """#!/usr/bin/env python3
import http.server, os, pathlib, signal, sys
place = pathlib.Path(__file__).parent
with (place / "calls").open("a") as calls:
    print(*sys.argv[1:], file=calls)
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")
if sys.argv[1] == "run":
    port = next(word.split(":")[1] for word in sys.argv if word.endswith(":15672"))
    (place / "pid").write_text(str(os.getpid()))
    http.server.HTTPServer(("127.0.0.1", int(port)), Answer).serve_forever()
if sys.argv[1] in {"stop", "kill"}:
    os.kill(int((place / "pid").read_text()), signal.SIGTERM)
"""


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "docker"
    program.write_text(DOCKER)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def test_the_container_publishes_on_loopback_only_and_keeps_its_data(docker: Path, tmp_path: Path) -> None:
    ports = RabbitMQPorts.from_book(PortBook(tmp_path / "ports.json"))
    broker = DockerRabbitMQ(RabbitMQPlan(tmp_path / "data", ports, "secret", tmp_path / "rabbitmq.log"))
    assert docker_answers()

    broker.start()
    assert broker.pid
    broker.stop()
    assert broker.pid is None
    broker.start()
    broker.kill()
    assert broker.pid is None

    calls = (docker / "calls").read_text().splitlines()
    runs = [call for call in calls if call.startswith("run ")]
    assert len(runs) == 2
    assert runs[0] == runs[1]
    assert f"--publish 127.0.0.1:{ports.amqp}:5672" in runs[0]
    assert runs[0].count("--publish 127.0.0.1:") == 3
    assert ":/var/lib/rabbitmq" in runs[0]
    assert broker.amqp_url == f"amqp://pressroom:secret@127.0.0.1:{ports.amqp}/pressroom"
