"""How many examples the property tests take: repeatable in CI, new ones every time elsewhere, and more on demand."""

import os

from hypothesis import HealthCheck, settings

_TIMES = int(os.environ.get("PRESSROOM_EXAMPLES", "1"))
"""`PRESSROOM_EXAMPLES=50` looks fifty times as hard."""


def examples(count: int, steps: int = 50) -> settings:
    """`steps`: of a state machine."""
    return settings(
        max_examples=count * _TIMES,
        stateful_step_count=steps,
        deadline=None,
        derandomize=bool(os.environ.get("CI")),
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.filter_too_much,
            HealthCheck.function_scoped_fixture,
        ],
    )
