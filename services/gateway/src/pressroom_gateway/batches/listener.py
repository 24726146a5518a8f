"""What one client has been told of a batch, and what it is told next."""

from datetime import datetime

from pressroom_gateway.live.frames import frame

from .answers import told
from .watching import WatchedBatch


class BatchListener:
    """However seldom it is asked, it tells how the batch stands now."""

    def __init__(self, watched: WatchedBatch) -> None:
        self._watched = watched
        self._told: dict[str, object] | None = None
        self.ended = False
        """Whether the last word was spoken."""

    def news(self, _now: datetime) -> list[bytes]:
        """Frames; none where no number has changed."""
        standing = self._watched.standing
        if self.ended or standing is None:
            return []
        counts = told(standing)
        position = b"%d" % (standing.counts.total - standing.counts.open)
        if not standing.counts.open:
            self.ended = True
            completed_at = {"completed_at": standing.completed_at}
            return [frame(b"result", position, {"batch_id": self._watched.batch.id, **counts, **completed_at})]
        known, self._told = self._told, {**counts, "eta": None}
        return [] if known == self._told else [frame(b"progress", position, counts)]
