"""What the stack says to the person who starts it."""

import shlex
from contextlib import suppress

from .stack import Stack
from .wishes import Wishes

PROMPT = "Write a product text for a steel water bottle"


def say(text: str) -> None:
    """Print a line now. A terminal that was closed is no reason to stop badly."""
    with suppress(OSError, ValueError):
        print(text, flush=True)


def beginning(stack: Stack) -> str:
    """What is about to happen."""
    wishes = stack.wishes
    database = "your PostgreSQL" if wishes.database_url else "a private PostgreSQL"
    broker = "your RabbitMQ" if wishes.amqp_url else "a private RabbitMQ"
    fetching = "RabbitMQ is not installed: its packages are fetched into a private cache (35 MB).\n"
    starting = f"Starting on {database} and {broker}; data, logs and keys in {stack.folder.root} …"
    return fetching + starting if stack.fetches_rabbitmq else starting


def welcome(variables: dict[str, str], wishes: Wishes) -> str:
    """URLs, keys, and commands that work as they are pasted."""
    url, key = variables["PRESSROOM_URL"], variables["PRESSROOM_API_KEY"]
    provider = "your provider" if wishes.brings_provider else "fake: neither OPENAI_API_KEY nor OPENAI_BASE_URL is set"
    others = [("", value) for name, value in variables.items() if name.startswith("PRESSROOM_URL_")]
    rows = [
        ("API", url),
        *others,
        ("its docs", f"{url}/docs"),
        ("model provider", f"{variables['PRESSROOM_PROVIDER_URL']}  ({provider})"),
        ("fake Zuora", f"{variables['PRESSROOM_ZUORA_URL']}  (customers Acme and Globex)"),
        ("API key", f"{key}  (tenant demo)"),
        ("admin key", variables["PRESSROOM_ADMIN_KEY"]),
        ("for scripts", ".pressroom/env"),
    ]
    table = "\n".join(f"  {label:<15} {value}" for label, value in rows)
    parts = ["\nPressroom is ready.", table, "Try it:", submit(url, key), "and a moment later:", fetch(url, key)]
    return "\n\n".join(parts)


def submit(url: str, key: str) -> str:
    """A command that asks for a text."""
    body = shlex.quote(f'{{"prompt": "{PROMPT}"}}')
    json = "-H 'Content-Type: application/json'"
    return f"curl -sS -X POST {url}/v1/generations -H 'Authorization: Bearer {key}' {json} -d {body}"


def fetch(url: str, key: str) -> str:
    """A command that shows the newest text."""
    return f"curl -sS '{url}/v1/generations?limit=1' -H 'Authorization: Bearer {key}'"
