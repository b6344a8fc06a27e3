"""Bringing over rows from before versions were kept: a batch whenever there is no job, until none is left."""

import time
from typing import TYPE_CHECKING, Final

from worker.engine.api import RequestRefused
from worker.engine.events import Events, RowsBroughtOver
from worker.engine.logs import get_logger

if TYPE_CHECKING:
    from worker.engine.api import Api

__all__ = ["BATCH", "Backfill"]

# The most rows of a request. The database ends a batch after a third of a second, which a new job may wait.
BATCH: Final = 500
# After the database has refused a request, it is asked again after this time.
REFUSED_SECONDS: Final = 60.0


class Backfill:
    """What one worker brings over.

    Args:
        api: for the loop's thread.
        events: receives how many rows were examined.
    """

    def __init__(self, api: "Api", events: Events) -> None:
        self._api = api
        self._events = events
        self._finished = False
        self._not_before = 0.0
        self._rows = 0

    def bring_over(self, patience: float | None) -> bool:
        """Bring over a batch, if any row is left; return whether it is worth asking again at once.

        Raises:
            ApiUnusable, Stopped: as every request.
        """
        if self._finished or time.monotonic() < self._not_before:
            return False
        try:
            batch = self._api.backfill_versions(batch=BATCH, patience=patience)
        except RequestRefused as refused:
            get_logger().error("backfill-refused", status=refused.status, code=refused.code)
            self._not_before = time.monotonic() + REFUSED_SECONDS
            return False
        self._finished = batch.finished
        if batch.examined:
            self._rows += batch.examined
            self._events.tell(RowsBroughtOver(batch.examined))
        if batch.finished and self._rows:
            get_logger().info("backfill-finished", rows=self._rows, left_over=batch.left_over)
        # Nothing was examined: another worker is at it.
        return batch.examined > 0 and not batch.finished
