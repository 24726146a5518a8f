"""Batches through everything: jobs that build on one another, a gateway that dies meanwhile, and one that fails."""

from typing import Any

from integration.delivery.processes import eventually
from integration.delivery.system import System


async def bulk(system: System, items: list[dict[str, Any]]) -> str:
    async with system.client() as http:
        answer = await http.post("/v1/generations/bulk", json={"items": items})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def over(system: System, batch_id: str) -> dict[str, Any]:
    """The batch, once all its jobs are over. Meanwhile its counts add up, and what is done stays done."""
    shown: dict[str, Any] = {}
    done = 0

    async def is_over() -> bool:
        nonlocal done
        async with system.client() as http:
            shown.update((await http.get(f"/v1/batches/{batch_id}")).json())
        parts = ("blocked", "pending", "processing", "completed", "failed", "cancelled", "deleted")
        assert sum(shown[part] for part in parts) == shown["total"]
        assert shown["completed"] >= done
        done = shown["completed"]
        return bool(shown["status"] != "processing")

    await eventually(is_over, "the batch is over", 60)
    return shown


async def nodes(system: System, batch_id: str) -> dict[str, dict[str, Any]]:
    async with system.client() as http:
        graph = (await http.get(f"/v1/batches/{batch_id}/graph")).json()
    return {str(node["name"]): node for node in graph["nodes"]}


async def test_jobs_that_build_on_one_another_run_in_their_order_whatever_dies(system: System) -> None:
    items: list[dict[str, Any]] = [{"name": "n0", "prompt": "Begin"}]
    items += [
        {"name": f"n{n}", "prompt": "Go on: {{t}}", "variables": {"t": {"from": f"n{n - 1}"}}} for n in range(1, 6)
    ]
    items += [{"prompt": "Sum up", "depends_on": ["n0", "n3", "n5"], "name": "end"}]
    batch_id = await bulk(system, items)
    await system.start_worker()
    for _ in range(2):
        system.gateway.kill()
        system.gateway.start()
        await system.gateway.is_ready()
    shown = await over(system, batch_id)
    assert (shown["status"], shown["completed"]) == ("completed", 7)
    assert shown["usage"]["calls"] >= 7
    rows = await system.check()
    ended = {job_id: max(call.ended_at for call in calls if call.ended_at) for job_id, calls in rows.calls.items()}
    by_name = {name: node["id"] for name, node in (await nodes(system, batch_id)).items()}
    calls = {str(job_id): calls for job_id, calls in rows.calls.items()}
    ends = {str(job_id): at for job_id, at in ended.items()}
    for n in range(1, 6):
        assert calls[by_name[f"n{n}"]][0].sent_at >= ends[by_name[f"n{n - 1}"]]
    assert calls[by_name["end"]][0].sent_at >= ends[by_name["n5"]]


async def test_a_failure_ends_its_dependents_and_a_retry_of_all_mends_them(system: System) -> None:
    await system.start_worker()
    await system.provider.behaves(fail=[{"match": "Refuse this", "status": 400, "times": 1}])
    items: list[dict[str, Any]] = [
        {"name": "a", "prompt": "Refuse this"},
        {"name": "b", "prompt": "b {{t}}", "variables": {"t": {"from": "a"}}},
        {"name": "c", "prompt": "c", "depends_on": ["b"], "on_failure": "skip"},
        {"name": "d", "prompt": "d"},
    ]
    batch_id = await bulk(system, items)
    failed = await over(system, batch_id)
    assert failed["status"] == "partly_completed"
    assert (failed["failed"], failed["cancelled"], failed["completed"]) == (2, 1, 1)
    async with system.client() as http:
        assert (await http.post(f"/v1/batches/{batch_id}/retry-failed")).json() == {"matched": 2, "done": 1}
    mended = await over(system, batch_id)
    assert (mended["status"], mended["completed"]) == ("completed", 4)
    await system.check()
