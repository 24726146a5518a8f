"""Customers and environments: who sees them, what may be written of them, and what goes with them."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from integration.zuora_customers.desk import (
    CANARY,
    OTHER,
    TENANT,
    RunningService,
    bearer,
    environment,
    token,
)
from pressroom_common.ids import uuid7
from pressroom_common.service_tokens import ServiceToken
from pressroom_common.zuora_reads import Customers, CustomerView, Environments, EnvironmentView, Syncs
from pressroom_zuora_sync.customers.repository import PostgresEnvironments


async def made(service: RunningService, *names: str) -> Any:
    """A customer with environments of these names."""
    return await service.customer("", *(environment(name) for name in names or ("production",)))


class TestWhoMayAsk:
    async def test_nobody_is_told_without_a_valid_token(self, service: RunningService) -> None:
        right = token()
        wrong = [
            {},
            {"Authorization": "Bearer nonsense"},
            bearer(right, "another secret, also longer than 32 characters"),
            bearer(ServiceToken("gateway", "monitor", str(TENANT), "tenant-admin")),
        ]
        answers = [await service.http.get("/customers", headers=headers) for headers in wrong]
        assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(401, "unauthenticated")] * 4

    async def test_an_expired_token_is_refused(self, service: RunningService, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("pressroom_common.service_tokens._LIFE_SECONDS", -1)
        assert (await service.http.get("/customers", headers=bearer(token()))).status_code == 401

    @pytest.mark.parametrize(
        "claims",
        [
            ServiceToken("generator", "zuora-sync", str(TENANT), "tenant-admin"),
            ServiceToken("gateway", "zuora-sync", "", "tenant-admin"),
            ServiceToken("gateway", "zuora-sync", "acme", "tenant-admin"),
        ],
    )
    async def test_only_the_gateway_may_ask_and_only_super_admins_for_all(
        self, service: RunningService, claims: ServiceToken
    ) -> None:
        assert await service.refusal("GET", "/customers", of=claims) == (403, "forbidden", [])

    async def test_what_is_another_tenants_is_not_there(self, service: RunningService) -> None:
        customer = await made(service)
        path, inside = f"/customers/{customer['id']}", f"/environments/{customer['environments'][0]['id']}"
        tries: list[tuple[str, str, Any]] = [
            ("GET", path, None),
            ("PATCH", path, {"name": "mine"}),
            ("DELETE", path, None),
            ("POST", f"{path}/environments", environment("sandbox")),
            ("GET", inside, None),
            ("PATCH", inside, {"client_secret": f"{CANARY}-mine"}),
            ("POST", f"{inside}/test", None),
            ("DELETE", inside, None),
        ]
        for method, where, body in tries:
            answer = await service.refusal(method, where, body, of=token(OTHER))
            assert answer == (404, "not_found", []), (method, where)
        lists = {"/environments": {"customer_id": customer["id"]}, "/syncs": {"environment_id": inside[14:]}}
        for where, query in lists.items():
            assert await service.refusal("GET", where, of=token(OTHER), **query) == (404, "not_found", []), where
            assert (await service.ask("GET", where, **query)).status_code == 200
        assert (await service.answer("GET", path)) == customer

    async def test_a_super_admin_sees_everybodys(self, service: RunningService) -> None:
        customer = await made(service)
        everybody = token(None, "super-admin")
        answer = await service.ask("GET", f"/customers/{customer['id']}", of=everybody)
        assert answer.json() == customer

    async def test_what_belongs_to_nobody_is_not_made(self, service: RunningService) -> None:
        refused = await service.refusal("POST", "/customers", {"name": "x"}, of=token(None, "super-admin"))
        assert refused == (403, "forbidden", [])


class TestWriting:
    async def test_a_customer_is_made_with_its_environments(self, service: RunningService) -> None:
        made_ = await service.customer("", environment("production", entity_id="e-1"), environment("Sandbox"))
        customer = CustomerView.model_validate(made_)
        assert [(each.name, each.entity_id) for each in customer.environments] == [
            ("production", "e-1"),
            ("Sandbox", None),
        ]
        assert {each.customer for each in customer.environments} == {customer.name}
        assert customer.environments[0].last_sync is None
        [row] = await service.tables.rows("SELECT tenant_id FROM customers WHERE id = :id", id=customer.id)
        assert row["tenant_id"] == TENANT

    async def test_no_answer_holds_a_secret(self, service: RunningService) -> None:
        customer = await made(service)
        id_ = customer["environments"][0]["id"]
        edited = await service.answer("PATCH", f"/environments/{id_}", {"client_secret": f"{CANARY}-2"})
        lists = [await service.answer("GET", path) for path in ("/customers", "/environments", f"/environments/{id_}")]
        assert CANARY not in str([customer, edited, lists])
        assert await service.tables.opened_secret(UUID(id_)) == f"{CANARY}-2"

    @pytest.mark.parametrize("again", [str.upper, str.lower, str])
    async def test_a_name_is_taken_once_in_a_tenant_in_whatever_case(self, service: RunningService, again: Any) -> None:
        customer, other = await made(service), await made(service)
        wish = {"name": again(customer["name"]), "environments": [environment()]}
        assert await service.refusal("POST", "/customers", wish) == (409, "conflict", [])
        renaming = await service.refusal("PATCH", f"/customers/{other['id']}", {"name": wish["name"]})
        assert renaming == (409, "conflict", [])
        elsewhere = await service.ask("POST", "/customers", wish, of=token(OTHER))
        assert elsewhere.status_code == 201

    async def test_of_two_who_take_a_name_at_once_one_is_refused(self, service: RunningService) -> None:
        wish = {"name": f"once {uuid7()}", "environments": [environment()]}
        answers = await asyncio.gather(*(service.ask("POST", "/customers", wish) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]

    async def test_names_of_environments_differ_within_a_customer_alone(self, service: RunningService) -> None:
        first, second = await made(service), await made(service)
        path = f"/customers/{first['id']}/environments"
        assert await service.refusal("POST", path, environment("Production")) == (409, "conflict", [])
        added = await service.answer("POST", path, environment("sandbox"))
        taken = await service.refusal("PATCH", f"/environments/{added['id']}", {"name": "PRODUCTION"})
        assert taken == (409, "conflict", [])
        assert second["environments"][0]["name"] == "production"

    async def test_two_environments_of_one_wish_cannot_have_one_name(self, service: RunningService) -> None:
        wish = {"name": f"twins {uuid7()}", "environments": [environment("a"), environment("A")]}
        assert await service.refusal("POST", "/customers", wish) == (422, "invalid_request", ["environments.1.name"])
        assert (await service.answer("GET", "/customers", name=wish["name"]))["items"] == []

    async def test_a_host_outside_the_list_is_refused_and_nothing_is_kept(self, service: RunningService) -> None:
        evil = environment("b", base_url="https://rest.zuora.com.evil.example")
        wish = {"name": f"evil {uuid7()}", "environments": [environment("a"), evil]}
        refused = await service.refusal("POST", "/customers", wish)
        assert refused == (422, "host_not_allowed", ["environments.1.base_url"])
        assert (await service.answer("GET", "/customers", name=wish["name"]))["items"] == []

    async def test_a_new_host_needs_the_secret_again(self, service: RunningService) -> None:
        customer = await made(service)
        path, moved = f"/environments/{customer['environments'][0]['id']}", {"base_url": "https://rest.eu.zuora.com"}
        assert await service.refusal("PATCH", path, moved) == (422, "secret_needed", ["client_secret"])
        edited = await service.answer("PATCH", path, {**moved, "client_secret": f"{CANARY}-eu"})
        assert edited["base_url"] == "https://rest.eu.zuora.com"
        assert await service.tables.opened_secret(UUID(edited["id"])) == f"{CANARY}-eu"

    async def test_edits_at_once_all_count(self, service: RunningService) -> None:
        for _ in range(5):
            customer = await made(service)
            id_ = customer["environments"][0]["id"]
            edits = [
                {"client_secret": f"{CANARY}-here"},
                {"client_secret": f"{CANARY}-there", "base_url": "https://rest.eu.zuora.com"},
                {"name": "renamed"},
                {"client_id": "client-2"},
            ]
            answers = await asyncio.gather(*(service.ask("PATCH", f"/environments/{id_}", edit) for edit in edits))
            assert [answer.status_code for answer in answers] == [200] * 4
            after = await service.answer("GET", f"/environments/{id_}")
            left = (after["base_url"], after["name"], after["client_id"])
            assert left == ("https://rest.eu.zuora.com", "renamed", "client-2")
            assert (await service.tables.opened_secret(UUID(id_))).startswith(CANARY)

    async def test_an_edit_does_not_undo_a_rotation(self, service: RunningService) -> None:
        """It saw the row before, and would write the secret as it was sealed then."""
        customer = await made(service)
        id_ = UUID(customer["environments"][0]["id"])
        rows = PostgresEnvironments(service.tables.database)
        seen = await rows.stored(TENANT, id_)
        assert seen is not None
        await service.tables.execute("UPDATE environments SET secret = 'rotated' WHERE id = :id", id=id_)
        assert await rows.change(seen, seen) is False
        assert await service.tables.value("SELECT secret FROM environments WHERE id = :id", id=id_) == b"rotated"

    async def test_under_other_credentials_the_next_sync_is_full(self, service: RunningService) -> None:
        customer = await made(service)
        id_ = UUID(customer["environments"][0]["id"])
        exported = "SELECT exported_at IS NOT NULL FROM environments WHERE id = :id"
        await service.tables.execute("UPDATE environments SET exported_at = now() WHERE id = :id", id=id_)
        await service.answer("PATCH", f"/environments/{id_}", {"name": "renamed", "client_secret": f"{CANARY}-new"})
        assert await service.tables.value(exported, id=id_) is True
        await service.answer("PATCH", f"/environments/{id_}", {"client_id": "client-2"})
        assert await service.tables.value(exported, id=id_) is False

    @pytest.mark.parametrize(
        ("wish", "fields"),
        [
            ({"name": " "}, ["name"]),
            ({"name": "a\0b"}, ["name"]),
            ({"name": "x" * 201}, ["name"]),
            ({}, ["name"]),
            ({"name": "x", "secret": CANARY}, ["secret"]),
            (
                {"name": "x", "environments": [environment(client_secret=f"{CANARY}\n")]},
                ["environments.0.client_secret"],
            ),
            ({"name": "x", "environments": [environment()] * 21}, ["environments"]),
        ],
    )
    async def test_a_wrong_field_is_named(self, service: RunningService, wish: Any, fields: list[str]) -> None:
        assert await service.refusal("POST", "/customers", wish) == (422, "invalid_request", fields)

    async def test_nobody_adds_to_a_customer_that_is_not_there(self, service: RunningService) -> None:
        refused = await service.refusal("POST", f"/customers/{uuid4()}/environments", environment())
        assert refused == (404, "not_found", [])


class TestReading:
    async def test_customers_are_listed_by_name_page_by_page(self, service: RunningService) -> None:
        tenant = token(uuid4())
        names = [f"{letter}{number}" for number in range(3) for letter in "cAbé"]
        for name in names:
            await service.ask("POST", "/customers", {"name": name, "environments": [environment()]}, of=tenant)
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            answer = await service.ask("GET", "/customers", of=tenant, limit=5, **cursor)
            page = Customers.model_validate(answer.json())
            assert all(len(customer.environments) == 1 for customer in page.items)
            found += [customer.name for customer in page.items]
            if page.next_cursor is None:
                break
            cursor = {"cursor": page.next_cursor}
        assert found == sorted(names, key=str.lower)

    async def test_a_customer_is_found_by_its_name_in_whatever_case(self, service: RunningService) -> None:
        customer = await service.customer(f"Søren {uuid7()}")
        assert (await service.answer("GET", "/customers", name=customer["name"].upper()))["items"] == [customer]
        assert (await service.answer("GET", "/customers", name=customer["name"][:-1]))["items"] == []

    async def test_environments_are_listed_of_a_customer_by_id_or_name(self, service: RunningService) -> None:
        customer = await made(service, "sandbox", "production")
        for query in ({"customer_id": customer["id"]}, {"customer": customer["name"].upper()}):
            listed = Environments.model_validate(await service.answer("GET", "/environments", **query))
            assert [each.name for each in listed.items] == ["production", "sandbox"]

    async def test_an_environment_tells_its_workflows_and_its_last_sync(self, service: RunningService) -> None:
        customer = await made(service)
        id_ = UUID(customer["environments"][0]["id"])
        await service.tables.workflow(id_, 1)
        await service.tables.workflow(id_, 2)
        await service.tables.workflow(id_, 3, deleted=True)
        last = max([await service.tables.sync(id_, "running") for _ in range(3)])
        found = EnvironmentView.model_validate(await service.answer("GET", f"/environments/{id_}"))
        assert found.workflows == 2
        assert found.last_sync is not None
        assert (found.last_sync.job_id, found.last_sync.state, found.last_sync.result) == (
            last,
            "running",
            {"total": 3},
        )
        again = CustomerView.model_validate(await service.answer("GET", f"/customers/{customer['id']}"))
        assert again.environments == (found,)

    async def test_syncs_are_listed_newest_first_page_by_page(self, service: RunningService) -> None:
        customer = await made(service, "production", "sandbox")
        id_, other = (UUID(each["id"]) for each in customer["environments"])
        jobs = [await service.tables.sync(id_) for _ in range(5)]
        await service.tables.sync(other)
        first = Syncs.model_validate(await service.answer("GET", "/syncs", environment_id=id_, limit=3))
        rest = await service.answer("GET", "/syncs", environment_id=id_, limit=3, cursor=first.next_cursor)
        second = Syncs.model_validate(rest)
        assert [sync.job_id for sync in (*first.items, *second.items)] == sorted(jobs, reverse=True)
        assert second.next_cursor is None
        foreign = await service.refusal("GET", "/syncs", of=token(OTHER), environment_id=id_)
        assert foreign == (404, "not_found", [])

    @pytest.mark.parametrize("path", ["/customers", "/syncs"])
    async def test_a_cursor_of_ones_own_making_is_refused(self, service: RunningService, path: str) -> None:
        assert await service.refusal("GET", path, cursor="nonsense") == (422, "invalid_request", ["cursor"])


class TestDeleting:
    TABLES = ("environments", "workflows", "versions", "tasks", "linkages", "syncs", "sync_items")

    async def counts(self, service: RunningService, environment_id: UUID) -> dict[str, int]:
        of = "environment_id = :id"
        inside = f"workflow_id IN (SELECT id FROM workflows WHERE {of})"
        where = {"environments": "id = :id", "versions": inside, "linkages": inside}
        where["sync_items"] = f"job_id IN (SELECT job_id FROM syncs WHERE {of})"
        return {
            table: await service.tables.value(
                f"SELECT count(*) FROM {table} WHERE {where.get(table, of)}", id=environment_id
            )
            for table in self.TABLES
        }

    async def filled(self, service: RunningService) -> tuple[str, UUID]:
        """A customer's id and that of its environment, which has something in every table."""
        customer = await made(service)
        id_ = UUID(customer["environments"][0]["id"])
        await service.tables.workflow(id_, 1)
        job_id = await service.tables.sync(id_, "running")
        await service.tables.execute(
            "INSERT INTO sync_items (job_id, zuora_id, page, item, signature) VALUES (:id, 1, 1, '{}', '')", id=job_id
        )
        assert set((await self.counts(service, id_)).values()) == {1}
        return customer["id"], id_

    async def test_a_customer_goes_with_everything_of_theirs_and_nobody_elses(self, service: RunningService) -> None:
        customer_id, id_ = await self.filled(service)
        _, other = await self.filled(service)
        assert (await service.ask("DELETE", f"/customers/{customer_id}")).status_code == 204
        assert set((await self.counts(service, id_)).values()) == {0}
        assert set((await self.counts(service, other)).values()) == {1}
        assert await service.refusal("DELETE", f"/customers/{customer_id}") == (404, "not_found", [])

    async def test_an_environment_goes_with_everything_that_was_synced(self, service: RunningService) -> None:
        customer_id, id_ = await self.filled(service)
        assert (await service.ask("DELETE", f"/environments/{id_}")).status_code == 204
        assert set((await self.counts(service, id_)).values()) == {0}
        assert (await service.answer("GET", f"/customers/{customer_id}"))["environments"] == []
        assert await service.refusal("GET", f"/environments/{id_}") == (404, "not_found", [])
