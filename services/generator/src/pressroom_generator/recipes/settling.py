"""What a paid call costs and means that brings nothing: for texts and pictures alike."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pressroom_common.contracts import JobError, Usage
from pressroom_common.worker import Call, JobFailed, Snoozed
from pressroom_generator.measures import Measure
from pressroom_generator.ports import ProviderError


@contextmanager
def settling(call: Call, measure: Measure, lost: Callable[[], Usage], snooze_limit: float) -> Iterator[None]:
    """`lost`: the usage of a call that was cut off, whoever ended it. `snooze_limit` in seconds.

    Raises JobFailed or Snoozed in place of a ProviderError.
    """
    try:
        yield
    except ProviderError as error:
        measure.outcome = error.error.code
        if error.sent:
            call.settle("unknown", lost())
        else:
            call.settle("refused", Usage(calls=1))
        raise _failure(error.error, snooze_limit) from error
    except BaseException:
        call.settle("unknown", lost())
        raise


def _failure(error: JobError, snooze_limit: float) -> Exception:
    if error.retry_after is not None:
        return Snoozed(min(error.retry_after, snooze_limit), error)
    return JobFailed(error.code, error.detail, error.error_class)
