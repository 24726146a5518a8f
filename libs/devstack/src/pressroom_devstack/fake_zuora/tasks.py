"""Single tasks, as an export shows them: what callouts, queries, mails and branches have in their parameters."""

import random
from collections.abc import Callable
from typing import Any

Task = dict[str, Any]
Parameters = dict[str, Any]

OBJECTS = ("Account", "Invoice", "Subscription", "Payment", "RatePlanCharge", "CreditMemo", "Usage", "PaymentMethod")
HOSTS = (
    "hooks.crm.example.com",
    "api.tax.example.com",
    "erp.example.net",
    "sftp-bridge.example.org",
    "chat.example.com",
    "rest.zuora.example.com",
)
AUTHORIZATIONS = ("none", "basic_auth", "oauth2", "hmac", "oauth1", "cert", "netsuite_tba")
ANY_NUMBER = 9_999_999  # Zuora's own default of `concurrent_limit`


def task(id_: int, name: str, action_type: str, parameters: Parameters, place: int, **fields: Any) -> Task:
    """All fields of a task; `place` counts it in the picture, from left to right and from above."""
    usual: Task = {
        "action_type": action_type,
        "assignment": [],
        "call_type": None,
        "concurrent_limit": ANY_NUMBER,
        "css": {"left": f"{170 + place % 5 * 210}px", "top": f"{120 + place // 5 * 130}px"},
        "error": None,
        "error_class": None,
        "error_details": None,
        "id": id_,
        "iterate_row_reference": None,
        "name": name,
        "object": None,
        "object_batched_reference": None,
        "object_id": None,
        "original_task_id": None,
        "original_workflow_id": None,
        "parameters": parameters,
        "priority": "Medium",
        "process_id": None,
        "status": None,
        "tags": [],
        "task_id": None,
    }
    return usual | fields


def callout(dice: random.Random, secret: str) -> tuple[Parameters, Task]:
    host = dice.choice(HOSTS)
    kind = dice.choice(AUTHORIZATIONS)
    query = f"?api_key={secret}-url&page=1" if dice.random() < 0.3 else ""
    parameters: Parameters = {
        "url": f"https://{host}/v{dice.randint(1, 3)}/{dice.choice(OBJECTS).lower()}s{query}",
        "method": dice.choice(("GET", "POST", "PUT")),
        "authorization": {"type": kind},
        "headers": [
            {"key": "Content-Type", "value": "application/json"},
            {"key": "Authorization", "value": f"Bearer {secret}-header"},
        ],
        "body_type": "raw",
        "raw_body": f'{{"account": "{{{{ Data.Account.Id }}}}", "token": "{secret}-body"}}',
        "datas": [{"key": "", "value": ""}],
        "include_response_code": "true",
        "strict_variables": "true",
        "validate_response": "false",
        "retry_rules": {"retry_count": "0", "retry_window": "30", "current_retry_count": "0"},
        "validation": {"zuora_call": "false", "status_codes": ["", "200"]},
        "validation_scheme": "",
    }
    if kind != "none":
        parameters[kind] = _authorization(kind, secret)
    if dice.random() < 0.2:
        parameters |= _polling(host, secret)
    return parameters, {"call_type": "REST"}


def _authorization(kind: str, secret: str) -> Parameters:
    blocks: dict[str, Parameters] = {
        "basic_auth": {"username": "sync", "password": f"{secret}-basic"},
        "oauth2": {"client_id": "sync", "client_secret": f"{secret}-oauth2", "token_url": "https://login.example.com"},
        "oauth1": {"consumer_key": "sync", "consumer_secret": f"{secret}-oauth1", "token_secret": f"{secret}-token"},
        "hmac": {"algorithm": "sha256", "key": f"{secret}-hmac"},
        "cert": {"certificate": f"{secret}-cert", "password": f"{secret}-passphrase"},
        "netsuite_tba": {"account": "100", "token_id": "sync", "token_secret": f"{secret}-netsuite"},
    }
    return blocks[kind]


def _polling(host: str, secret: str) -> Parameters:
    return {
        "polling_url": f"https://{host}/status?token={secret}-polling-url",
        "polling_authorization": {"type": "basic_auth"},
        "polling_basic_auth": {"username": "sync", "password": f"{secret}-polling"},
        "polling_headers": [{"key": "X-Api-Key", "value": f"{secret}-polling-header"}],
    }


def query(dice: random.Random, _secret: str) -> tuple[Parameters, Task]:
    object_ = dice.choice(OBJECTS)
    where = f"UpdatedDate >= '2026-0{dice.randint(1, 9)}-01T00:00:00'"
    parameters = {
        "query": f"SELECT Id, Name, Status FROM {object_} WHERE {where}",  # ZOQL, for Zuora alone
        "fields": {object_: ["Id", "Name", "Status"]},
        "limit": str(dice.randint(1, 20) * 100),
        "include_null": "false",
    }
    return parameters, {"object": object_, "call_type": "SOAP"}


def export(dice: random.Random, _secret: str) -> tuple[Parameters, Task]:
    object_ = dice.choice(OBJECTS)
    return {"zip": "false", "fields": {object_: ["Id", "Number"]}, "where_clause": ""}, {"object": object_}


def mail(dice: random.Random, _secret: str) -> tuple[Parameters, Task]:
    parameters = {
        "to": f"{dice.choice(('billing', 'ops', 'finance'))}@example.com",
        "subject": "Run {{ Workflow.Name }}",
        "body": "<p>{{ Data.Account.size }} accounts were looked at.</p>",
        "attachments": "false",
    }
    return parameters, {}


def update(dice: random.Random, _secret: str) -> tuple[Parameters, Task]:
    object_ = dice.choice(OBJECTS)
    parameters = {"fields": {object_: {"Status__c": "Reviewed"}}, "bulk": "true"}
    return parameters, {"object": object_, "object_id": f"{{{{ Data.{object_}.Id }}}}", "call_type": "SOAP"}


def branch(dice: random.Random, _secret: str) -> tuple[Parameters, Task]:
    return {"if_clause": f"{{{{ Data.Invoice.Balance }}}} > {dice.randint(1, 500)}", "strict_variables": "true"}, {}


def iterate(dice: random.Random, _secret: str) -> tuple[Parameters, Task]:
    object_ = dice.choice(OBJECTS)
    return {"iterate_object": object_, "concurrent": "true", "each_limit": "100"}, {"object": object_}


def delay(dice: random.Random, _secret: str) -> tuple[Parameters, Task]:
    return {"delay_type": "minutes", "delay": str(dice.randint(1, 60))}, {}


def translate(dice: random.Random, _secret: str) -> tuple[Parameters, Task]:
    return {"expression": f"Account[{dice.randint(0, 9)}].Id", "output": "Ids"}, {}


MAKERS: dict[str, Callable[[random.Random, str], tuple[Parameters, Task]]] = {
    "Callout": callout,
    "Query": query,
    "Export": export,
    "Email": mail,
    "Update": update,
    "If": branch,
    "Iterate": iterate,
    "Delay": delay,
    "Logic::JSONTransform": translate,
}
USUAL = ("Callout", "Callout", "Query", "Query", "Export", "Email", "Update", "If", "Iterate", "Delay", *MAKERS)
