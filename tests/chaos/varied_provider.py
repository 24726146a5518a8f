"""The fake provider, but no two calls have the same answer: so a text that is mixed of two calls shows.

`python -m chaos.varied_provider --port 8099`, as the fake provider is started.
"""

import random
from itertools import count

from pressroom_devstack.fake_openai import __main__ as fake
from pressroom_devstack.fake_openai import chat

_calls = count(1)


def _dice_for_the_next_call(prompt: str) -> random.Random:
    return random.Random(f"{prompt} {next(_calls)}")


if __name__ == "__main__":
    chat.dice_for = _dice_for_the_next_call  # type: ignore[attr-defined]
    fake.main()
