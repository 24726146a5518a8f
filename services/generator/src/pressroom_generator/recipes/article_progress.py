"""How far an article is, for those who watch: weights of its steps, and its parts as they come."""

from pressroom_common.contracts import ArticleInput, Part, PartState, Stage
from pressroom_common.worker.feed import Feed

_WEIGHTS: dict[Stage, int] = {"headings": 10, "section": 50, "image": 15, "summary": 8, "meta": 7, "faq": 10}
"""Of a step, or of all alike together; those that were not asked for have none."""
_MOST = 99
"""Percent, until the article is stored."""


class ArticleProgress:
    """Only what is worked on is entered; what was stored before is told as done."""

    def __init__(self, feed: Feed, wanted: ArticleInput) -> None:
        self._feed = feed
        counts: dict[Stage, int] = {"section": wanted.sections, "image": wanted.images, "faq": int(wanted.faq > 0)}
        self._counts = {stage: counts.get(stage, 1) for stage in _WEIGHTS}
        self._all = sum(weight for stage, weight in _WEIGHTS.items() if self._counts[stage])
        self._done: dict[str, float] = {}
        """Weights by the step's name."""
        self._titles: dict[str, str] = {}

    @property
    def percent(self) -> int:
        return min(_MOST, int(100 * sum(self._done.values()) / self._all))

    def announce(self, headings: tuple[str, ...]) -> None:
        """All parts that there will be."""
        for sort in ("section", "image"):
            for number, heading in enumerate(headings[: self._counts[sort]], 1):
                self._titles[f"{sort}.{number}"] = heading
                self._feed.part(Part(name=f"{sort}.{number}", title=heading))

    def began(self, step: str) -> None:
        self._feed.enter(_stage(step), self.percent)
        if step in self._titles:
            self._feed.part(Part(name=step, title=self._titles[step], state="running"))

    def ended(self, step: str, text: str = "", *, failed: bool = False) -> None:
        """Done now, or long ago."""
        stage = _stage(step)
        self._done[step] = _WEIGHTS[stage] / self._counts[stage]
        if step in self._titles:
            state: PartState = "failed" if failed else "completed"
            self._feed.part(Part(name=step, title=self._titles[step], state=state, text=text))
        self._feed.advance(self.percent)


def _stage(step: str) -> Stage:
    sort = step.partition(".")[0]
    return next(stage for stage in _WEIGHTS if stage == sort)
