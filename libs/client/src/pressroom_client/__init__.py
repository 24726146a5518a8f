"""A client of Pressroom's HTTP API: `Pressroom`, and `AsyncPressroom` for asyncio."""

from .aio import AsyncPressroom
from .blocking import Pressroom
from .errors import FieldError, PressroomError
from .models import Accepted, Generation, HandedOver, Job, JobDetail, JobSummary, Why
from .retries import RetryPolicy

__all__ = [
    "Accepted",
    "AsyncPressroom",
    "FieldError",
    "Generation",
    "HandedOver",
    "Job",
    "JobDetail",
    "JobSummary",
    "Pressroom",
    "PressroomError",
    "RetryPolicy",
    "Why",
]
