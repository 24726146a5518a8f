"""Credentials go to Zuora's hosts alone."""

import pytest

from pressroom_zuora_sync.zuora.errors import ZuoraError
from pressroom_zuora_sync.zuora.hosts import ZUORA_ORIGINS, allowed_origin


def test_every_data_center_of_zuora_is_allowed() -> None:
    assert len(ZUORA_ORIGINS) == 10
    assert {allowed_origin(origin) for origin in ZUORA_ORIGINS} == ZUORA_ORIGINS


@pytest.mark.parametrize(
    "url", ["https://REST.zuora.com", "https://rest.zuora.com/", "https://rest.zuora.com:443", "HTTPS://rest.zuora.com"]
)
def test_the_same_origin_in_other_words_is_allowed(url: str) -> None:
    assert allowed_origin(url) == "https://rest.zuora.com"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "rest.zuora.com",
        "http://rest.zuora.com",
        "https://rest.zuora.com.evil.example",
        "https://evil.example/rest.zuora.com",
        "https://rest.zuora.com@evil.example",
        "https://user:pass@rest.zuora.com",
        "https://rest.zuora.com:8443",
        "https://rest.zuora.com/v1",
        "https://rest.zuora.com//",
        "https://rest.zuora.com?x=1",
        "https://rest.zuora.com#x",
        "https://rest.zuora.com.",
        "https://xrest.zuora.com",
        "https://zuora.com",
        "https://rest.zuora.com\\@evil.example",
        "https://rest.zuora.com\n",
        " https://rest.zuora.com",
        "https://rest.zuo\tra.com",
        "https://rest.zuor\u0430.com",
        "https://127.0.0.1",
        "http://127.0.0.1:8080",
        "file:///etc/passwd",
    ],
)
def test_any_other_url_is_refused(url: str) -> None:
    with pytest.raises(ZuoraError) as refused:
        allowed_origin(url)
    assert refused.value.code == "host_not_allowed"
    assert refused.value.sort == "configuration"


def test_a_setting_allows_one_origin_more_and_no_other_port_of_it() -> None:
    others = frozenset({"http://127.0.0.1:1234/"})
    assert allowed_origin("http://127.0.0.1:1234", others) == "http://127.0.0.1:1234"
    with pytest.raises(ZuoraError) as refused:
        allowed_origin("http://127.0.0.1:12345", others)
    assert "by ZUORA_SYNC_ALLOWED_HOSTS, http://127.0.0.1:1234." in refused.value.detail
