"""A model and a painter by hand that know an article, and what a run of it tells."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Raw

from pressroom_common.contracts import ArticleInput, ArticleResult, LiveRun, Step, Usage, encode
from pressroom_common.telemetry import Metrics
from pressroom_common.worker import Call, Run
from pressroom_common.worker.feed import BEGINNING, Feed
from pressroom_common.worker.records import Fence
from pressroom_generator.measures import GeneratorMetrics
from pressroom_generator.ports import Completion, Drawing
from pressroom_generator.recipes.article import article
from pressroom_generator.recipes.article_steps import Habits
from pressroom_generator.recipes.buying import Shop
from pressroom_generator.recipes.drawing import Studio
from unit.generator.shops import SNOOZE_LIMIT, USED, FakeNotebook, claimed, completion

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"
LIMIT = 100_000
PICTURE_LIMIT = 1000


@dataclass
class FakeAuthor:
    """The ports `Model`, `Painter` and `Storage` of one article: answers by the step, and counts calls.

    `faults`: raised by the next calls of a step, one each, or by `put`; `says`: instead of the usual content.
    """

    notebook: FakeNotebook
    faults: dict[str, list[Exception]] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)
    picture: bytes = PNG
    calls: Counter[str] = field(default_factory=Counter)
    order: list[str] = field(default_factory=list)
    prompts: dict[str, str] = field(default_factory=dict)
    stored: dict[str, bytes] = field(default_factory=dict)
    wishes: dict[str, tuple[object, ...]] = field(default_factory=dict)
    """What else was asked for, by step or key."""
    running: int = 0
    most_running: int = 0

    async def complete(
        self,
        call: Call,
        model: str,
        prompt: str,
        schema: dict[str, Any] | None,
        on_text: Callable[[str], None] | None = None,
    ) -> Completion:
        step = await self._called(call, prompt)
        self.wishes[step] = (model, on_text)
        return completion(self.says.get(step) or _content(step, schema))

    async def draw(self, call: Call, model: str, prompt: str, size: str, limit: int) -> Drawing:
        self.wishes[await self._called(call, prompt)] = (model, size, limit)
        return Drawing(content=self.picture, usage=Usage(calls=1, output_tokens=7))

    async def put(self, key: str, content: bytes, content_type: str) -> str:
        if self.faults.get("put"):
            raise self.faults["put"].pop(0)
        self.stored[key] = content
        self.wishes[key] = (content_type,)
        return key

    async def delete(self, folder: str) -> None:
        self.stored = {key: content for key, content in self.stored.items() if not key.startswith(f"{folder}/")}

    async def _called(self, call: Call, prompt: str) -> str:
        step = next(record.step for record in self.notebook.recorded if record.id == call.id)
        self.calls[step] += 1
        self.order.append(step)
        self.prompts[step] = prompt
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            if self.faults.get(step):
                raise self.faults[step].pop(0)
            return step
        finally:
            self.running -= 1


def _content(step: str, schema: dict[str, Any] | None) -> str:
    if schema is None:
        return f"The text of {step}."
    answers: dict[str, Any] = {
        "title": "All about tea",
        "headings": [f"Heading {number}" for number in range(1, 21)],
        "description": "What tea is.",
        "slug": "All about: Tea!",
        "keywords": ["tea", "leaves"],
        "faq": [{"question": f"Question {number}?", "answer": "Yes."} for number in range(1, 21)],
    }
    made = {name: answers[name] for name in schema["properties"]}
    for name, each in schema["properties"].items():
        if "maxItems" in each:
            made[name] = made[name][: each["maxItems"]]
    return msgspec.json.encode(made).decode()


@dataclass
class Desk:
    """One article on its way, over as many runs as it takes."""

    wanted: ArticleInput
    notebook: FakeNotebook = field(default_factory=FakeNotebook)
    told: list[LiveRun] = field(default_factory=list)
    steps: dict[str, Step] = field(default_factory=dict)
    parallel: int = 4
    waits: Sequence[float] = (0.0, 0.0)
    storage: bool = True
    storage_wait: float = 60.0
    """Seconds."""

    def __post_init__(self) -> None:
        self.author = FakeAuthor(self.notebook)

    def run(self) -> Run:
        """The next claim, with what the ones before have stored."""
        row = msgspec.structs.replace(claimed(), kind="generation.article", steps=self.steps)
        feed = Feed(
            Fence(job_id=row.job_id, attempt=1, claim=1), lambda feed: self.told.append(feed.since(BEGINNING)[0])
        )
        return Run(row, Raw(encode(self.wanted)), dict(self.notebook.kept), self.notebook, feed)

    async def write(self, run: Run | None = None) -> ArticleResult:
        metrics = GeneratorMetrics(Metrics())
        author = self.author
        shop = Shop(author, metrics, "default-model", LIMIT, SNOOZE_LIMIT)
        storage = author if self.storage else None
        studio = Studio(
            author, storage, metrics, "painter", "1536x1024", PICTURE_LIMIT, SNOOZE_LIMIT, self.storage_wait
        )
        habits = Habits(parallel=self.parallel, waits=tuple(self.waits))
        return msgspec.json.decode(await article(run or self.run(), shop, studio, habits), type=ArticleResult)

    @property
    def paid(self) -> Counter[str]:
        """Answered calls by step."""
        return Counter(bill.step for bill in self.notebook.paid if bill.usage == USED or bill.usage.output_tokens == 7)


def desk(**wanted: Any) -> Desk:
    return Desk(ArticleInput(**{"topic": "tea", "sections": 3, "images": 2, "faq": 2, **wanted}))
