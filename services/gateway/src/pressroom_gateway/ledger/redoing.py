"""Which steps of a job a restart does again. Pure."""

from collections.abc import Iterator, Mapping

from msgspec import Raw

from pressroom_common.contracts import redone, steps_of
from pressroom_gateway.problems import FieldError, invalid


def redo_from(kind: str, input_: Raw, from_step: str | None) -> tuple[str, ...]:
    """The step and what builds on it; None: all of them. Raises Problem for a step that the job has not.

    That would be done again by nobody, and what builds on it be paid for nothing.
    """
    steps = steps_of(kind, input_)
    if from_step is not None and from_step not in _names(steps):
        told = f"this job has the steps {', '.join(_told(steps))}" if steps else "this job has no steps: leave it out"
        raise invalid(FieldError("from_step", told))
    return redone(kind, from_step)


def _names(steps: Mapping[str, int]) -> set[str]:
    parts = {f"{name}.{number}" for name, count in steps.items() for number in range(1, count + 1)}
    return parts | steps.keys()


def _told(steps: Mapping[str, int]) -> Iterator[str]:
    for name, count in steps.items():
        yield name
        if count:
            yield f"{name}.1 to {name}.{count}" if count > 1 else f"{name}.1"
