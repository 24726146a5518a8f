"""Wiring, and nothing else."""

from pathlib import Path

from pressroom_common.contracts import GENERATE_ARTICLE
from pressroom_common.migrations import Schema
from pressroom_common.telemetry import Metrics
from pressroom_common.worker import NOTHING, Keeping, WorkerApp

from .measures import GeneratorMetrics
from .openai_client import OpenAIModel
from .ports import Storage
from .recipes import table
from .recipes.article_steps import Habits
from .recipes.buying import Shop
from .recipes.drawing import Studio
from .settings import Settings
from .storage import open_storage

SERVICE = "generator"
SCHEMA = Schema(SERVICE, Path(__file__).parent / "migrations" / "versions")


def create_app(settings: Settings) -> WorkerApp:
    metrics = Metrics()
    calls = GeneratorMetrics(metrics)
    model = OpenAIModel(settings.openai_api_key.get_secret_value(), settings.openai_base_url, settings.deadline_seconds)
    shop = Shop(model, calls, settings.default_model, settings.content_limit_bytes, settings.snooze_limit_seconds)
    storage = open_storage(settings)
    studio = Studio(
        model,
        storage,
        calls,
        settings.image_model,
        settings.image_size,
        settings.image_limit_bytes,
        settings.snooze_limit_seconds,
        settings.storage_wait_seconds,
    )
    habits = Habits(parallel=settings.article_parallel, waits=settings.article_part_waits)
    return WorkerApp(
        SERVICE,
        settings,
        table(shop, studio, habits),
        metrics,
        closing=[model.close],
        keeping=keeping(storage) if storage else NOTHING,
    )


def keeping(storage: Storage) -> Keeping:
    """Images go with their article."""
    return Keeping(frozenset({GENERATE_ARTICLE}), lambda job_id: storage.delete(str(job_id)))
