"""How batches travel to the database, and how far a sync says that it is."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pressroom_common.worker.feed import BEGINNING, Feed
from pressroom_common.worker.records import Fence
from pressroom_zuora_sync.syncing.progress import SyncProgress
from pressroom_zuora_sync.syncing.repository import batch_of
from protocol.profile import examples
from unit.worker.workshop import JOB


@given(st.lists(st.text(st.sampled_from('\x00\\u0a"é\n'), max_size=12), max_size=4))
@examples(500)
def test_nul_is_left_out_and_nothing_else(texts: list[str]) -> None:
    assert msgspec.json.decode(batch_of(texts)) == [text.replace("\x00", "") for text in texts]


def test_progress_tells_pages_then_exports_and_never_goes_back() -> None:
    feed = Feed(Fence(job_id=JOB, attempt=1, claim=1), lambda _: None)
    progress = SyncProgress(feed)

    def told() -> tuple[str, int, int, int | None]:
        news, _ = feed.since(BEGINNING)
        return news.stage, news.done, news.total, news.percent

    progress.listing()
    progress.page(50, 30)
    assert told() == ("listing", 50, 0, None)
    progress.page(50, 50)
    progress.exported(20)
    progress.exporting()
    assert told() == ("exporting", 40, 100, 41)
    progress.exported(60)
    assert told() == ("exporting", 100, 100, 95)
    progress.reconciling(0, 0)
    assert told() == ("reconciling", 0, 0, 95)
    progress.reconciling(1, 2)
    assert told() == ("reconciling", 1, 2, 97)
    progress.page(1, 1)  # it was found
    progress.exported()
    assert told()[3] == 97
