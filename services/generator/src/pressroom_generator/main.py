"""Wiring, and nothing else."""

from pathlib import Path

from pressroom_common.migrations import Schema
from pressroom_common.telemetry import Metrics
from pressroom_common.worker import WorkerApp

from .measures import GeneratorMetrics
from .openai_client import OpenAIModel
from .recipes import table
from .recipes.buying import Shop
from .settings import Settings

SERVICE = "generator"
SCHEMA = Schema(SERVICE, Path(__file__).parent / "migrations" / "versions")


def create_app(settings: Settings) -> WorkerApp:
    metrics = Metrics()
    model = OpenAIModel(settings.openai_api_key.get_secret_value(), settings.openai_base_url, settings.deadline_seconds)
    shop = Shop(
        model,
        GeneratorMetrics(metrics),
        settings.default_model,
        settings.content_limit_bytes,
        settings.snooze_limit_seconds,
    )
    return WorkerApp(SERVICE, settings, table(shop), metrics, closing=[model.close])
