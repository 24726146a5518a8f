"""The doctor finds what is wrong, says what to do, and leaves nothing behind."""

from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from pressroom_client.cli import application
from pressroom_client.doctor import Doctor, Finding
from unit.client.desk import desk
from unit.client.gateways import ACCEPTED, ID, Answer, Gateway, answer, event, live, problem

KEY_OF = {"id": ID, "tenant_id": ID, "name": "k", "prefix": "p", "role": "r", "created_by": "c"}
TIME = {"created_at": "2030-01-01T00:00:00Z"}
SCOPES = ["jobs:read", "jobs:write", "generations:write", "zuora:read", "admin"]
WORKER = {"name": "generator-1", "service": "generator", "started_at": TIME["created_at"]}
PAUSE = {"scope": "lane", "name": "low", "held_by": "key:x", "held_at": TIME["created_at"]}
TEXT = {"id": ID, "status": "completed", "content": "Hello.", "model": "m", "priority": "high", **TIME}
HELLO = event("keyframe", offset=0, text="Hel") + event("delta", offset=3, text="lo.")


def me(*scopes: str) -> dict[str, Any]:
    tenant = {"id": ID, "slug": "demo", "name": "Demo", **TIME}
    return {"tenant": tenant, "key": KEY_OF | TIME, "role": "editor", "scopes": scopes}


def worker(state: str) -> dict[str, Any]:
    return {"items": [WORKER | {"state": state, "last_heartbeat_at": TIME["created_at"]}]}


def system(**broken: Answer) -> Gateway:
    """All is well but what is named."""
    well: dict[str, Answer] = {
        "GET /readyz": answer(200, {"status": "ready"}),
        "GET /v1/me": answer(200, me(*SCOPES)),
        "GET /v1/admin/workers": answer(200, worker("alive")),
        "GET /v1/admin/pauses": answer(200, []),
        "GET /v1/admin/lanes": answer(200, []),
        "GET /v1/zuora/customers": answer(200, {"items": [], "next_cursor": None}),
        "POST /v1/generations": answer(202, ACCEPTED),
        f"GET /v1/jobs/{ID}/events": live(HELLO, event("result", **TEXT)),
        f"GET /v1/jobs/{ID}/why": answer(200, ACCEPTED | {"reasons": [{"code": "no_worker", "detail": "None."}]}),
        f"POST /v1/jobs/{ID}/cancel": answer(200, ACCEPTED | {"status": "cancelled"}),
    }
    names = {"ready": "GET /readyz", "me": "GET /v1/me", "workers": "GET /v1/admin/workers"}
    names |= {"pauses": "GET /v1/admin/pauses", "events": f"GET /v1/jobs/{ID}/events"}
    names |= {"zuora": "GET /v1/zuora/customers"}
    names |= {"why": f"GET /v1/jobs/{ID}/why"}
    answers = well | {names[name]: given for name, given in broken.items()}
    return Gateway(lambda request: answers[f"{request.method} {request.url.path}"])


def examined(gateway: Gateway, **wishes: Any) -> dict[str, Finding]:
    with gateway.client(tries=1) as client:
        doctor = Doctor(client, client, clock=gateway.clock, **wishes)
        return {finding.what: finding for finding in doctor.examine()}


def test_a_system_that_is_well() -> None:
    found = examined(system())
    assert {finding.state for finding in found.values()} == {"well"}
    assert list(found) == ["gateway", "API key", "workers", "lanes", "zuora-sync", "generation"]
    assert "6 characters by m, as they came live" in found["generation"].detail


@pytest.mark.parametrize(
    ("broken", "what", "told", "advice"),
    [
        ({"ready": httpx2.ConnectError("no")}, "gateway", "unreachable", "make up"),
        ({"ready": answer(503, {"status": "not ready", "failed": ["broker"]})}, "gateway", "broker", "Start"),
        ({"me": problem(401, "unauthenticated")}, "API key", "unauthenticated", "PRESSROOM_API_KEY"),
        ({"workers": problem(503, "unavailable")}, "workers", "unavailable", "monitor"),
        ({"workers": answer(200, worker("stale"))}, "workers", "1 stale", "Start a worker"),
        ({"pauses": answer(200, [PAUSE])}, "lanes", "lane low (by key:x)", "resume"),
        ({"zuora": problem(503, "unavailable")}, "zuora-sync", "zuora-sync", "Start zuora-sync"),
        ({"events": live(event("error", status=502, code="provider_failed"))}, "generation", "provider_failed", "log"),
        ({"events": live(event("cancelled", job_id=ID))}, "generation", "cancelled", "log"),
        ({"events": live(event("result", **TEXT))}, "generation", "0 characters came live", "logs"),
        ({"events": live(HELLO, event("result", **TEXT | {"content": "Hi."}))}, "generation", "another text", "logs"),
        ({"events": problem(404, "not_found")}, "generation", "not_found", "log"),
        ({"events": live(HELLO)}, "generation", "broke off", "log"),
    ],
)
def test_what_is_wrong_is_found_with_what_to_do(broken: dict[str, Any], what: str, told: str, advice: str) -> None:
    finding = examined(system(**broken))[what]
    assert finding.state == "unwell"
    assert told in finding.detail
    assert advice in finding.advice


def test_what_cannot_work_is_not_tried() -> None:
    assert list(examined(system(ready=httpx2.ConnectError("no")))) == ["gateway"]
    assert list(examined(system(me=problem(401, "unauthenticated")))) == ["gateway", "API key"]


def slow() -> Gateway:
    """Nothing but heartbeats."""

    def beat() -> None:
        gateway.clock.sleep(1)

    gateway = system(events=live(*[beat, b": beat\n\n"] * 99))
    return gateway


def test_a_text_that_does_not_come_is_explained_and_cancelled() -> None:
    gateway = slow()
    finding = examined(gateway, patience=5)["generation"]
    assert "no_worker: None." in finding.detail
    assert 5 <= finding.seconds < 6
    assert gateway.heard[-1].url.path == f"/v1/jobs/{ID}/cancel"


def test_a_job_without_events_is_cancelled_unless_it_is_over() -> None:
    gateway = system(events=live(HELLO))
    examined(gateway)
    assert gateway.heard[-1].url.path == f"/v1/jobs/{ID}/cancel"
    gateway = system(events=live(HELLO), why=answer(200, ACCEPTED | {"status": "completed"}))
    assert "which is completed" in examined(gateway)["generation"].detail
    assert gateway.heard[-1].url.path == f"/v1/jobs/{ID}/why"


def test_what_a_key_may_not_see_is_not_held_against_the_system() -> None:
    found = examined(system(me=answer(200, me("jobs:read"))))
    states = [finding.state for finding in found.values()]
    assert states == ["well", "well", *["not looked at"] * 4]


def test_an_installation_without_zuora_sync_is_well() -> None:
    assert examined(system(zuora=problem(503, "not_set_up")))["zuora-sync"].state == "not looked at"


def test_no_text_is_paid_for_where_none_is_wanted() -> None:
    gateway = system()
    assert examined(gateway, generates=False)["generation"].state == "not looked at"
    assert all(request.method == "GET" for request in gateway.heard)


@pytest.mark.parametrize(("gateway", "code"), [(system(), 0), (system(workers=answer(200, worker("stale"))), 1)])
def test_the_command_fails_where_something_is_wrong(gateway: Gateway, code: int) -> None:
    done = CliRunner().invoke(application, ["doctor"], obj=desk(gateway))
    assert done.exit_code == code, done.output
    assert ("WRONG  workers" in done.stdout) is (code == 1)
    assert "ok     generation" in done.stdout
