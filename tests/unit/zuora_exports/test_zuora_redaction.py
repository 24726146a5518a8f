"""No secret that was planted in an export survives its redaction, and nothing else is lost."""

import base64
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressroom_zuora_sync.exports import linkages_of, redacted, tasks_of
from pressroom_zuora_sync.exports.redaction import without
from pressroom_zuora_sync.exports.secret_names import is_secret, is_secret_header
from pressroom_zuora_sync.exports.secret_texts import without_secrets
from unit.zuora_exports.specimens import Json, export, start, task

BLOCKS = ["authorization", "basic_auth", "oauth1", "oauth2", "hmac", "cert", "netsuite_tba"]
FIELDS = [
    *BLOCKS,
    *(f"polling_{block}" for block in BLOCKS),
    *[
        "raw_body",
        "polling_raw_body",
        "rawBody",
        "password",
        "Password",
        "userPassword",
        "PASSWD",
        "pwd",
        "client_secret",
    ],
    *[
        "clientSecret",
        "accessToken",
        "refresh-token",
        "x-api-key",
        "ApiKey",
        "APIKey",
        "api key",
        "privateKey",
        "credentials",
    ],
    *[
        "sslCert",
        "certificate_chain",
        "passphrase",
        "session_id",
        "Cookie",
        "signing_key",
        "apiSecretAccessKey",
        "wsse.password",
    ],
    "pass\u0000word",
    "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44",  # full width
]
HEADERS = [
    "Authorization",
    "authorization",
    "Proxy-Authorization",
    "X-API-Key",
    "X-Functions-Key",
    "Cookie",
    "X-Auth-Token",
]
PARAMETERS = ["token", "api_key", "apikey", "access_token", "sig", "key", "client_secret", "password", "%70assword"]

ORDINARY = [
    "password: Tr0ub&CANARY",
    "password: ab<CANARY",
    'password: ab"CANARY',
    "Authorization:\r\n Custom CANARY",
    "pass phrase, Cookie: eyJhbGciOi.x.y; b=CANARY",
    "<S:Header><ns1:session>CANARY</ns1:session></S:Header>",
    "<user>u</user><pass>CANARY</pass>",
    '<add key="password" value="CANARY"/>',
    "<add value='CANARY' key='password'/>",
    "<password><!-- x -->CANARY</password>",
    "<password><![CDATA[a]]>CANARY</password>",
    "<password a='>'>CANARY</password>",
    "{% assign auth = 'user:CANARY' | base64_encode %}",
    "{% assign my_pass = 'CANARY' %}",
    "{{ 'user:CANARY' | base64_encode }}",
    "{% capture password %}CANARY{% endcapture %}",
    "{%- capture token -%}a{{ x }}CANARY{%- endcapture -%}",
    "{{ Data.Body | hmac_sha256: 'CANARY' }}",
    "headers['Authorization'] = 'CANARY'",
    "headers['X-Key'] = 'CANARY'",
    "request.setRequestHeader('Authorization', 'CANARY')",
    "headers.set('Authorization', 'Basic ' + btoa('user:CANARY'))",
    "requests.get(url, auth=('user', 'CANARY'))",
    "curl -u user:CANARY https://a.com",
    "curl --user 'user:CANARY' https://a.com",
    "sftp --password CANARY a.com",
    "CREATE USER a IDENTIFIED BY 'CANARY'",
    "password: |\n  CANARY\n",
    "x:\n  client_secret: >-\n      a\n      CANARY\n",
    "password:\n    - CANARY\n",
    "- name: PASSWORD\n  value: CANARY\n",
    "kennwort: CANARY",
    "%7B%22password%22%3A%22CANARY%22%7D",
    "redirect=https%3A%2F%2Fa.com%2F%3Ftoken%3DCANARY",
    "redirect=https%253A%252F%252Fa.com%252F%253Fsig%253DCANARY",
    "{&quot;password&quot;: &quot;CANARY&quot;}",
    "https://hooks.slack.com/services/T0001/B0001/CANARY",
    "jdbc:oracle:thin:user/CANARY@a:1521/x",
    'Content-Disposition: form-data; name="password"\r\n\r\nCANARY\r\n',
]
"""As people write them, and as a search for `name = value` alone would miss them."""

PAIRS: list[Any] = [
    {"fields": [{"type": "password", "value": "CANARY"}]},
    {"fields": [{"title": "Password", "value": "CANARY"}]},
    {"fields": [{"fieldName": "password", "fieldValue": "CANARY"}]},
    {"fields": [{"headerName": "Authorization", "headerValue": "CANARY"}]},
    {"fields": [{"attribute": "password", "value": "CANARY"}]},
    {"options": [{"k": "password", "v": "CANARY"}]},
    {"options": [{"id": "password", "value": "CANARY"}]},
    {"options": [{"key": "password", "data": "CANARY"}]},
    {"options": [["password", "CANARY"]]},
    {"options": ["password", "CANARY"]},
    {"parameter": {"name": "password"}, "value": "CANARY"},
    {"headers": [{"header_key": "X-Api-Key", "header_value": "CANARY"}]},
    {"headers": {"0": {"key": "X-Key", "value": "CANARY"}}},
    {"headers": '{"X-Key": "CANARY"}'},
    {"headers": "Accept: a\nX-Key: CANARY"},
    {"headers": ["X-Key: CANARY"]},
    {"headers": [{"Authorization": "CANARY"}]},
]

canaries = st.text("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789", min_size=12, max_size=30).map(
    "CANARY".__add__
)


def _encoded(canary: str) -> str:
    return base64.b64encode(f"user:{canary}".encode()).decode()


def texts(canary: str) -> st.SearchStrategy[str]:
    """Texts in which the canary is a secret by its form or its neighbours."""
    parameter = st.sampled_from(PARAMETERS)
    return st.one_of(
        st.just(f"Bearer {canary}"),
        st.just(f"run with bearer {canary}, please"),
        st.just(f"Basic {_encoded(canary)}"),
        st.just(f"curl -H 'Authorization: {canary}' https://a.com"),
        st.just(f"Cookie: a={canary}; b={canary}"),
        st.just(f"https://{canary}@a.com/x"),
        st.just(f"https://user:{canary}@a.com/x"),
        st.just(f"https://user:a@{canary}@a.com"),
        st.just(f"https://user:a/{canary}@a.com"),
        st.just(f"ftp://user:{canary}@a.com"),
        parameter.map(lambda name: f"https://a.com/x?y=1&{name}={canary}&z=2"),
        parameter.map(lambda name: f"https://a.com/x?{name}=a b {canary}"),
        parameter.map(lambda name: f"{{{{ Base }}}}/x?{name}={canary}"),
        parameter.map(lambda name: f"see https://a.com/?{name}={canary} for more"),
        parameter.map(lambda name: f"https://a.com/cb#{name}={canary}"),
        st.just(f"https://a.com/?a=1&amp;token={canary}"),
        st.just(f"grant_type=password&username=u&password={canary}"),
        st.just(f"<login><ns:password kind='x'>{canary}</ns:password></login>"),
        st.just(f"<sessionId><![CDATA[{canary}]]></sessionId>"),
        st.just(f"const clientSecret = '{canary}';"),
        st.just(f'{{"outer": {{"api_key": "{canary}"}}}}'),
        st.just(f'{{"api_key": "{canary}", broken {{{{ x }}}}'),
        st.just(f'body: "{{\\"password\\": \\"{canary}\\"}}"'),
        st.just(f"eyJhbGciOiJIUzI1NiJ9.{canary}.{canary}"),
        st.just(f"-----BEGIN RSA PRIVATE KEY-----\n{canary}\n-----END RSA PRIVATE KEY-----"),
        st.just(f"-----BEGIN CERTIFICATE-----\n{canary}"),
        st.sampled_from(ORDINARY).map(lambda text: text.replace("CANARY", canary)),
    )


def nested(canary: str) -> st.SearchStrategy[Any]:
    """What a block may hold: the canary at any depth of it."""
    return st.recursive(
        st.just(canary),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3),
            st.dictionaries(st.sampled_from(["type", "user", "x"]), inner, min_size=1),
        ),
        max_leaves=4,
    )


def places(canary: str) -> st.SearchStrategy[dict[str, Any]]:
    header = st.sampled_from(HEADERS)
    return st.one_of(
        st.tuples(st.sampled_from(FIELDS), nested(canary)).map(lambda item: {item[0]: item[1]}),
        header.map(lambda name: {"headers": [{"key": "Accept", "value": "a"}, {"key": name, "value": canary}]}),
        header.map(lambda name: {"polling_headers": [{"value": canary, "key": name}]}),
        header.map(lambda name: {"Headers": [{"Name": name, "Value": canary}]}),
        header.map(lambda name: {"headers": {name: canary}}),
        header.map(lambda name: {"headers": [[name, canary]]}),
        header.map(lambda name: {"headers": [f"{name}: {canary}"]}),
        st.sampled_from(FIELDS).map(lambda name: {"fields": [{"name": name, "default": canary}]}),
        texts(canary).map(lambda text: {"url": text}),
        texts(canary).map(lambda text: {"body": [{"deep": text}]}),
        texts(canary).map(lambda text: {text: 1}),
        texts(canary).map(lambda text: {"body": msgspec.json.encode({"in": {"a": text}}).decode()}),
    )


@pytest.mark.parametrize("name", FIELDS)
def test_each_secret_field_is_one(name: str):
    for planted in (
        {name: "CANARY"},
        {name: [{"x": 5678, "y": ["CANARY"]}]},
        {"fields": [{"name": name, "value": "CANARY"}]},
    ):
        shown = str(without({"parameters": planted}))
        assert "CANARY" not in shown
        assert "5678" not in shown


@pytest.mark.parametrize("name", HEADERS)
def test_each_secret_header_is_one(name: str):
    for planted in ([{"key": name, "value": "CANARY"}], {name: "CANARY"}, [[name, "CANARY"]], [f"{name}: CANARY"]):
        assert "CANARY" not in str(without({"headers": planted}))


@pytest.mark.parametrize("name", PARAMETERS)
def test_each_secret_parameter_is_one(name: str):
    assert without({"x": f"https://a.com/?{name}=CANARY&y=1"}) == {"x": f"https://a.com/?{name}=[redacted]&y=1"}


@pytest.mark.parametrize("text", ORDINARY)
def test_each_ordinary_secret_of_a_text_is_one(text: str):
    shown = without({"text": text})["text"]
    assert "CANARY" not in shown
    assert without_secrets(shown) == shown


@pytest.mark.parametrize("planted", PAIRS, ids=str)
def test_each_pair_of_a_secret_name_and_a_value_is_one(planted: Any):
    assert "CANARY" not in str(without({"parameters": planted}))


@pytest.mark.parametrize("depth", range(10))
def test_json_in_json_in_json_hides_nothing(depth: int):
    text = msgspec.json.encode({"key": "password", "value": "CANARY"}).decode()
    for _ in range(depth):
        text = msgspec.json.encode({"a": text}).decode()
    assert "CANARY" not in str(without({"text": text}))


wrappings = st.lists(st.sampled_from(["parameters", "list", "CamelCase", "text"]), max_size=5)


def wrapped(value: Any, by: list[str]) -> Any:
    for name in by:
        value = [value] if name == "list" else {name: value}
    return value


@settings(max_examples=250, deadline=None)
@given(data=st.data(), canary=canaries)
def test_a_canary_planted_in_any_secret_place_never_survives(data: st.DataObject, canary: str):
    planted = wrapped(data.draw(places(canary)), data.draw(wrappings))
    found = export([task(1, "A", parameters=planted)], [start(1)], parameters=planted)
    shown = msgspec.json.encode([redacted(found), tasks_of(found), linkages_of(found)]).decode()
    assert canary not in shown
    assert _encoded(canary) not in shown


@settings(max_examples=100, deadline=None)
@given(data=st.data(), canary=canaries)
def test_a_name_of_a_task_or_a_linkage_is_looked_at_too(data: st.DataObject, canary: str):
    text = data.draw(texts(canary))
    found = export([task(1, text, text, object=text)], [{**start(1), "linkage_type": text}], name=text)
    assert canary not in msgspec.json.encode([redacted(found), tasks_of(found), linkages_of(found)]).decode()


@settings(max_examples=60, deadline=None)
@given(data=st.data(), canary=canaries)
def test_redacting_twice_changes_nothing_more(data: st.DataObject, canary: str):
    once = without(data.draw(places(canary)))
    assert without(once) == once


PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text("abc XYZ.-_0", max_size=20)),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text("abc_", min_size=1, max_size=6), inner)),
)


@given(PLAIN)
def test_what_has_no_secret_stays_as_it_is(value: Any):
    assert without(value) == value


@pytest.mark.parametrize(
    "text",
    [
        "Basic plan",
        "Send the token by mail",
        "https://a.com:8080/users/a@b.com?page=2&state=CA",
        "SELECT Id, Name FROM Account WHERE Status = 'Active'",
        "{{ Data.Account.Name | capitalize }}",
        "name: Bills, key: none",
        '{"query": "x",  "n": 1}',
        "a@b.com",
    ],
)
def test_ordinary_texts_stay(text: str):
    assert without({"text": text}) == {"text": text}


SETTINGS: list[Any] = [
    {"authorization": {"type": "none"}},
    {"authorization": {"type": "basic_auth", "enabled": "true"}},
    {"oauth2": {"grant_type": "client_credentials", "token_url": "https://a.com/oauth/token", "scope": "read:all a"}},
    {"oauth2": {"scope": "https://graph.microsoft.com/.default", "token_ttl": 3600, "expires_in": "3600"}},
    {"hmac": {"algorithm": "HmacSHA256", "header": "X-Signature", "signature_method": "HMAC-SHA256"}},
    {"validate_certificate": "true", "token_ttl": "3600", "next_token": "abcDEF123", "cookie_policy": "standard"},
    {"nextToken": "abcDEF123", "tokenUrl": "https://a.com/oauth/token", "passwordPolicy": "8 letters"},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=range(len(SETTINGS)))
def test_settings_of_a_block_stay(settings: Any):
    assert without({"parameters": settings}) == {"parameters": settings}


@pytest.mark.parametrize(
    "block",
    [
        {"type": "hT9xQ2LmZk8rW4"},
        {"token_url": "https://u:hT9xQ2LmZk8rW4@a.com/"},
        {"url": "https://a.com/?key=hT9xQ2LmZk8rW4"},
        {"scope": "hT9xQ2LmZk8rW4"},
        {"username": "hT9xQ2LmZk8rW4", "client_id": "hT9xQ2LmZk8rW4"},
    ],
    ids=str,
)
def test_a_secret_in_the_place_of_a_setting_is_one(block: Any):
    assert "hT9xQ2LmZk8rW4" not in str(without({"oauth2": block}))


NAMES = ["Password: reset mail", "Token: Refresh by API (2)", "Cookie: ask and wait", "Authorization: get a new one"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_sounds_like_a_secret_stays(name: str):
    found = export([task(1, name, text="x", value="y")], [start(1)], name=name, data={"a": 1})
    shown = redacted(found)
    assert (shown["workflow"]["name"], shown["tasks"][0]["name"]) == (name, name)
    assert (shown["workflow"]["data"], shown["tasks"][0]["text"]) == ({"a": 1}, "x")
    assert tasks_of(found)[0].name == name


@pytest.mark.parametrize(
    "name",
    [
        "Bearer CANARY",
        "password: CANARY",
        "Password: is Hunt3rCANARY here",
        "see https://u:CANARY@a.com",
        "token=CANARY",
        "token=CANARY: reset mail",
    ],
)
def test_a_name_with_a_secret_loses_it(name: str):
    found = export([task(1, name)], [start(1)], name=name)
    assert "CANARY" not in str([redacted(found), tasks_of(found), linkages_of(found)])


KEYS = ["token=abc1", "token=def2", "token=[redacted]", "token=[redacted]#2", "a\u0000", "a"]


@given(st.dictionaries(st.sampled_from(KEYS), PLAIN))
def test_no_key_is_lost_where_two_are_called_the_same_without_secrets(value: Json):
    assert len(without(value)) == len(value)
    assert len(without({"secret": value})["secret"]) == len(value)


@pytest.mark.parametrize(
    "name", ["primary_key", "key", "account_key", "author", "keyboard", "certain", "compass", "name"]
)
def test_ordinary_names_are_no_secrets(name: str):
    assert not is_secret(name)


def test_a_key_is_a_secret_among_headers_only():
    assert is_secret_header("X-Partner-Key")
    assert not is_secret("X-Partner-Key")


def test_the_structure_of_a_block_stays():
    block = {"type": "Basic", "on": True, "none": None, "empty": "", "deep": [{"n": 5}]}
    assert without({"authorization": block}) == {
        "authorization": {"type": "Basic", "on": True, "none": None, "empty": "", "deep": [{"n": "[redacted]"}]}
    }
