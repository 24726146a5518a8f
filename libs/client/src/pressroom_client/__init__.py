"""A client of Pressroom's HTTP API: `Pressroom`, and `AsyncPressroom` for asyncio."""

from .aio import AsyncPressroom
from .article_models import Article, ArticleImage, ArticleItem, ArticleSection
from .batch_models import Batch, BatchDetail, BatchGraph, BatchProgress, BulkAccepted
from .blocking import Pressroom
from .errors import FieldError, PressroomError
from .events import Cancelled, Delta, Event, Failed, Keyframe, Part, Progress, Result, Status
from .models import Accepted, Generation, HandedOver, Job, JobDetail, JobPart, JobProgress, JobSummary, Why
from .retries import RetryPolicy
from .transcript import Transcript

__all__ = [
    "Accepted",
    "Article",
    "ArticleImage",
    "ArticleItem",
    "ArticleSection",
    "AsyncPressroom",
    "Batch",
    "BatchDetail",
    "BatchGraph",
    "BatchProgress",
    "BulkAccepted",
    "Cancelled",
    "Delta",
    "Event",
    "Failed",
    "FieldError",
    "Generation",
    "HandedOver",
    "Job",
    "JobDetail",
    "JobPart",
    "JobProgress",
    "JobSummary",
    "Keyframe",
    "Part",
    "Pressroom",
    "PressroomError",
    "Progress",
    "Result",
    "RetryPolicy",
    "Status",
    "Transcript",
    "Why",
]
