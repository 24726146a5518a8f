"""The exported definitions of exchanges, queues and bindings are those of the code, and so is the catalogue."""

import json
from typing import get_args

from checkout import ROOT

from pressroom_common import topology
from pressroom_common.contracts import Command, Control, Directive, Event, Live


def test_the_exported_definitions_are_current():
    exported = json.loads((ROOT / "deploy" / "rabbitmq" / "definitions.json").read_text())
    assert exported == topology.definitions(), "python -m pressroom_common topology > deploy/rabbitmq/definitions.json"


def test_the_catalogue_of_messages_names_every_exchange_queue_and_key():
    page = (ROOT / "docs" / "messages.md").read_text()
    keys = {key for queue in topology.QUEUES for key in queue.keys if key}
    names = {exchange.name for exchange in topology.EXCHANGES} | {queue.name for queue in topology.QUEUES} | keys
    assert {name for name in names if f"`{name}`" not in page and f"`.{name.rpartition('.')[2]}`" not in page} == set()


def test_the_catalogue_of_messages_names_every_type():
    page = (ROOT / "docs" / "messages.md").read_text()
    types = [Command, *get_args(Directive), *get_args(Control), *get_args(Event), *get_args(Live)]
    tags = {str(type_.__struct_config__.tag) for type_ in types}
    assert {tag for tag in tags if f"`{tag}`" not in page} == set()
