"""Wiring, and nothing else."""

from pathlib import Path

from pressroom_common.migrations import Schema
from pressroom_common.telemetry import Metrics
from pressroom_common.worker import WorkerApp

from .measures import GeneratorMetrics
from .openai_client import OpenAIModel
from .recipes import table
from .recipes.article_steps import Habits
from .recipes.buying import Shop
from .recipes.drawing import Studio
from .settings import Settings
from .storage import FolderStorage

SERVICE = "generator"
SCHEMA = Schema(SERVICE, Path(__file__).parent / "migrations" / "versions")


def create_app(settings: Settings) -> WorkerApp:
    metrics = Metrics()
    calls = GeneratorMetrics(metrics)
    model = OpenAIModel(settings.openai_api_key.get_secret_value(), settings.openai_base_url, settings.deadline_seconds)
    shop = Shop(model, calls, settings.default_model, settings.content_limit_bytes, settings.snooze_limit_seconds)
    studio = Studio(
        model,
        FolderStorage(Path(settings.storage_dir)) if settings.storage_dir else None,
        calls,
        settings.image_model,
        settings.image_size,
        settings.image_limit_bytes,
        settings.snooze_limit_seconds,
    )
    habits = Habits(parallel=settings.article_parallel, waits=settings.article_part_waits)
    return WorkerApp(SERVICE, settings, table(shop, studio, habits), metrics, closing=[model.close])
