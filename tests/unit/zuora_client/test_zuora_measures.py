"""Metrics of calls to Zuora, and the limits that may be set."""

from typing import Any

import pytest

from pressroom_common.telemetry import Metrics
from pressroom_zuora_sync.zuora.measures import ZuoraMetrics
from pressroom_zuora_sync.zuora.records import Limits


def test_calls_waits_and_the_limit_are_counted() -> None:
    metrics = Metrics()
    meter = ZuoraMetrics(metrics)
    meter.called("export", "ok", 0.5)
    meter.called("export", "rate_limited", 0.1)
    meter.waited("rate_limit", 2.5)
    meter.limited(16)
    told = metrics.expose().decode()
    assert 'zuora_call_seconds_count{operation="export",outcome="rate_limited"} 1.0' in told
    assert 'zuora_waits_total{reason="rate_limit"} 1.0' in told
    assert 'zuora_wait_seconds_total{reason="rate_limit"} 2.5' in told
    assert "zuora_call_limit 16.0" in told


@pytest.mark.parametrize("wrong", [{"most": 41}, {"most": 0}, {"concurrency": 41}, {"concurrency": 0}])
def test_more_than_forty_calls_at_once_cannot_be_set(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="40"):
        Limits(**wrong)
