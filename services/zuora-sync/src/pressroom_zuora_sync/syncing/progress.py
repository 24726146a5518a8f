"""How far a sync is, for those who watch: the list page by page, then the exports of so many."""

from pressroom_common.worker.feed import Feed

_LISTED = 5
_EXPORTED = 95
_MOST = 99
"""Percent, until the result is stored."""


class SyncProgress:
    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._complete = False
        self.listed = 0
        self.done = 0

    def listing(self) -> None:
        self._feed.enter("listing")

    def page(self, listed: int, waiting: int) -> None:
        """So many more, and so many of them wait for their exports."""
        self.listed += listed
        self.done += listed - waiting
        self._tell()

    def exporting(self) -> None:
        """The list is complete."""
        self._complete = True
        self._feed.enter("exporting", _LISTED)
        self._tell()

    def exported(self, workflows: int = 1) -> None:
        """So many more are done, one way or another."""
        self.done += workflows
        if self._complete:
            self._tell()

    def reconciling(self, done: int, total: int) -> None:
        """So many were asked for by their ids."""
        self._feed.enter("reconciling", _EXPORTED)
        if total:
            self._feed.count(done, total, _EXPORTED + (_MOST - _EXPORTED) * done // total)

    def _tell(self) -> None:
        if not self._complete:
            self._feed.count(self.listed, 0)
        elif self.listed:
            done = min(self.done, self.listed)
            self._feed.count(done, self.listed, _LISTED + (_EXPORTED - _LISTED) * done // self.listed)
