"""What happens to every call around its own answer: the log, the limits, the faults, the token, the rights."""

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import web

from . import changes, errors
from .account import Account, Right
from .answers import Answer, json
from .calls import Call
from .playing import played, sent_broken
from .scenario import Asked, Behaviour, Endpoint, Role, Scenario
from .server import SERVER, Server

_RIGHTS: dict[Endpoint, Right] = {"export": "manage"}
_TRACK_ID = re.compile(r"[^:;\"'\x00-\x1f\x7f-\uffff]{1,64}")


@dataclass
class Visit:
    """One call, while it is answered."""

    server: Server
    asked: Asked
    call: Call
    met: dict[Role, Scenario] = field(default_factory=dict)

    @property
    def account(self) -> Account:
        """Of the token, which was looked at."""
        return self.server.accounts[self.asked.client_id]

    @property
    def shape(self) -> str:
        """The kind of fault that the answer's content has."""
        return self.met["shape"].kind if "shape" in self.met else ""


Answering = Callable[[web.Request, Visit], Awaitable[Answer]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def visiting(endpoint: Endpoint) -> Callable[[Answering], Handler]:
    """A handler of aiohttp around a function that answers the call as if all were well."""

    def around(answering: Answering) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            server = request.app[SERVER]
            asked = await _asked(request, endpoint, server)
            with _recorded(request, asked, server) as visit:
                answer = await _answer(request, visit, answering)
                answer.headers = _headers(request, visit) | answer.headers
                visit.call.status = answer.status
                return await _send(request, visit, answer)

        return handle

    return around


async def _asked(request: web.Request, endpoint: Endpoint, server: Server) -> Asked:
    if endpoint == "token":
        form = await request.post()
        return Asked(endpoint, str(form.get("client_id", "")))
    id_, page = request.match_info.get("id"), request.query.get("page", "1")
    number = int(page) if endpoint == "list" and page.isdigit() else None
    owner = server.tokens.owner(request.headers.get("Authorization"))
    return Asked(endpoint, owner, int(id_) if id_ else None, number)


@contextmanager
def _recorded(request: web.Request, asked: Asked, server: Server) -> Iterator[Visit]:
    """Lists the call, and counts it while it is under way; calls for tokens are not in a tenant's limits."""
    call = Call(
        number=server.log.next_number(),
        time=time.time(),
        method=request.method,
        path=request.path,
        query=request.query_string,
        endpoint=asked.endpoint,
        account=asked.client_id,
        track_id=request.headers.get("Zuora-Track-Id"),
        workflow_id=asked.workflow_id,
        page=asked.page,
    )
    log, tenant = server.log, _tenant(server, asked)
    log.begin(call)
    if tenant:
        call.at_once = server.concurrency.enter(tenant)
    try:
        yield Visit(server, asked, call)
    finally:
        if tenant:
            server.concurrency.leave(tenant)
        log.end(call, time.time())


def _tenant(server: Server, asked: Asked) -> str:
    account = server.accounts.get(asked.client_id)
    return account.tenant if account and asked.endpoint != "token" else ""


async def _answer(request: web.Request, visit: Visit, answering: Answering) -> Answer:
    server, tenant = visit.server, _tenant(visit.server, visit.asked)
    calls = server.rates.count(tenant) if tenant else 0
    if visit.call.at_once > server.behaviour.concurrent or calls > server.behaviour.per_minute:
        return json(errors.body_of(429, visit.asked.endpoint), 429)
    visit.met = server.behaviour.met(visit.asked)
    visit.call.scenario = ", ".join(scenario.kind for scenario in visit.met.values())
    await asyncio.sleep(_seconds(server.behaviour, visit))
    _change(visit)
    if "answer" in visit.met:
        return played(visit.met["answer"], visit.asked)
    return _refused(request, visit) or await answering(request, visit)


def _seconds(behaviour: Behaviour, visit: Visit) -> float:
    """How long the answer takes: the same jitter for the same call."""
    slow = visit.met["delay"].seconds if "delay" in visit.met else 0.0
    jitter = behaviour.latency_jitter
    thrown = random.Random(visit.call.number).uniform(-jitter, jitter) if jitter else 0.0
    return slow + max(0.0, behaviour.latency_ms + thrown) / 1000


def _change(visit: Visit) -> None:
    """What happens in Zuora in this moment, before the answer."""
    scenario = visit.met.get("change")
    if scenario is None:
        return
    if scenario.change is None:
        visit.server.tokens.revoke(visit.asked.client_id)
    else:
        changes.apply(scenario.change, visit.server.accounts[scenario.client_id or visit.asked.client_id])


def _refused(request: web.Request, visit: Visit) -> Answer | None:
    """Without a token, the right entity, the right, or with a Zuora-Track-Id that is none."""
    endpoint = visit.asked.endpoint
    if endpoint == "token":
        return None
    if not visit.server.tokens.holds(request.headers.get("Authorization")):
        return json(errors.unauthorized(), 401)
    spec = visit.account.spec
    if spec.entity_id and request.headers.get("Zuora-Entity-Ids") != spec.entity_id:
        return json(errors.common(403, "You do not have access to this entity."), 403)
    if _RIGHTS.get(endpoint, "view") not in spec.rights:
        return json(errors.body_of(403, endpoint), 403)
    track_id = visit.call.track_id
    if track_id is not None and not _TRACK_ID.fullmatch(track_id):
        return json(errors.common(400, "Zuora-Track-Id is not valid"), 400)
    return None


def _headers(request: web.Request, visit: Visit) -> dict[str, str]:
    """Of every answer: the limits, and the id that the client gave."""
    tenant = _tenant(visit.server, visit.asked)
    told = visit.server.rates.headers(tenant, visit.server.behaviour.per_minute) if tenant else {}
    track_id = request.headers.get("Zuora-Track-Id", "")
    return told | ({"Zuora-Track-Id": track_id} if _TRACK_ID.fullmatch(track_id) else {})


async def _send(request: web.Request, visit: Visit, answer: Answer) -> web.StreamResponse:
    response = answer.sent(request.headers.get("Accept-Encoding", ""))
    visit.call.size = len(response.body) if isinstance(response.body, bytes) else 0
    if "wire" in visit.met:
        return await sent_broken(visit.met["wire"], request, response, answer)
    return response
