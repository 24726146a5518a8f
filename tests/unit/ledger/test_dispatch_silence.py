"""A running job that nobody hears of is asked after, at intervals."""

from datetime import timedelta

from msgspec.structs import replace

from pressroom_gateway.ledger.dispatch import act, due_at
from pressroom_gateway.ledger.policy import Policy
from protocol.histories import new_job
from protocol.runs import EPOCH

POLICY = Policy()
SILENCE = timedelta(seconds=POLICY.silence)


def test_a_silent_run_is_asked_after_again_only_when_the_question_has_had_its_time() -> None:
    heard_at = EPOCH
    job = replace(new_job(), status="processing", out=True, n=1, published_at=EPOCH, heard_at=heard_at)
    assert due_at(job, POLICY, EPOCH) == heard_at + SILENCE

    now = heard_at + SILENCE
    asked, action = act(job, POLICY, now)

    assert (action, asked.status) == ("publish", "processing")
    assert due_at(asked, POLICY, now) == now + SILENCE
