"""`/__fake__/…`: what tests and demos ask of the fake itself."""

from typing import Any

import msgspec
from aiohttp import web

from . import changes
from .account import AccountSpec
from .calls import Log
from .changes import Change, UnknownTarget
from .scenario import BehaviourChange
from .server import SERVER
from .truth import truth_of


class Seed(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /__fake__/seed`."""

    accounts: list[AccountSpec]


class Changes(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /__fake__/change`: one account's, in this order."""

    client_id: str
    changes: list[Change]


def _json(value: Any, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json")


def _wrong(told: str) -> web.Response:
    return _json({"error": {"message": told}}, 422)


async def health(_request: web.Request) -> web.Response:
    return _json({"status": "ok"})


async def seed(request: web.Request) -> web.Response:
    """Accounts beside those that there are; one that is seeded again begins anew. Tells their workflows' ids."""
    server = request.app[SERVER]
    try:
        wanted = msgspec.json.decode(await request.read(), type=Seed)
    except msgspec.MsgspecError as error:
        return _wrong(str(error))
    server.seed(wanted.accounts)
    return _json({spec.client_id: server.accounts[spec.client_id].order for spec in wanted.accounts})


async def change(request: web.Request) -> web.Response:
    """Tells the ids of the workflows that were changed; what comes before a wrong one is done."""
    server = request.app[SERVER]
    try:
        wanted = msgspec.json.decode(await request.read(), type=Changes)
        account = server.accounts.get(wanted.client_id)
        if account is None:
            return _wrong(f"no account {wanted.client_id}")
        return _json([changes.apply(each, account) for each in wanted.changes])
    except (msgspec.MsgspecError, UnknownTarget) as error:
        return _wrong(str(error))


async def scenario(request: web.Request) -> web.Response:
    """With how many calls each fault has met."""
    return _json(request.app[SERVER].behaviour)


async def set_scenario(request: web.Request) -> web.Response:
    """Fields that are not named keep their value; unknown ones are refused. New scenarios replace the old ones."""
    server = request.app[SERVER]
    try:
        wanted = msgspec.json.decode(await request.read(), type=BehaviourChange)
    except msgspec.MsgspecError as error:
        return _wrong(str(error))
    server.behaviour = server.behaviour.changed(wanted)
    return _json(server.behaviour)


async def log(request: web.Request) -> web.Response:
    """`?account=`, `?endpoint=`, `?since=<number of a call>`, `?calls=false` for the counts alone."""
    server, query = request.app[SERVER], request.query
    since = query.get("since", "0")
    if not since.isdigit():
        return _wrong("`since` is the number of a call")
    found = server.log.find(query.get("account"), query.get("endpoint"), int(since))
    told = Log(
        calls=[] if query.get("calls") == "false" else list(found),
        counts={account: dict(counts) for account, counts in server.log.counts.items()},
        statuses=dict(server.log.statuses),
        most_at_once=dict(server.concurrency.most),
        under_way={tenant: calls for tenant, calls in server.concurrency.now.items() if calls},
        dropped=server.log.dropped,
    )
    return _json(told)


async def truth(request: web.Request) -> web.Response:
    """Of `?account=`; 404 where there is none."""
    account = request.app[SERVER].accounts.get(request.query.get("account", ""))
    return _json(truth_of(account)) if account else _json({"error": {"message": "no such account"}}, 404)


async def reset(request: web.Request) -> web.Response:
    """As it was started. `?log=only` empties the list of calls alone."""
    server = request.app[SERVER]
    if request.query.get("log") == "only":
        server.forget_calls()
    else:
        server.reset()
    return _json(server.behaviour)
