"""The linkages of a generated workflow: a chain with branches, loops and mails on failure, and faults where wished."""

import random
from typing import Any

from .tasks import Task

Linkage = dict[str, Any]

FAILING = frozenset({"Callout", "Update", "Query", "Export"})


def linkage(kind: str, source: int | None, target: int, workflow: int | None = None) -> Linkage:
    return {
        "linkage_type": kind,
        "source_task_id": source,
        "source_workflow_id": workflow,
        "target_task_id": target,
    }


def linkages_of(tasks: list[Task], version_id: int, index: int, dice: random.Random) -> list[Linkage]:
    """A failure leads to the last task, which is a mail. Some workflows have what a linter looks for: by their index a
    cycle, an orphan, or callouts whose failure leads nowhere."""
    chain = tasks[:-2] + tasks[-1:] if index % 9 == 4 and len(tasks) > 3 else tasks
    end = chain[-1]["id"]
    found = [linkage("Start", None, chain[0]["id"], version_id)]
    for place, source in enumerate(chain[:-1]):
        found += _onward(source, [task["id"] for task in chain[place + 1 :]], dice)
        if source["action_type"] in FAILING and index % 5 != 2:
            found.append(linkage("Failure", source["id"], end))
    if index % 7 == 3 and len(chain) > 3:
        found.append(linkage("Success", chain[-2]["id"], chain[1]["id"]))
    return found


def _onward(source: Task, later: list[int], dice: random.Random) -> list[Linkage]:
    """To the next task, by the kinds of link that its type has."""
    following, other = later[0], dice.choice(later)
    kinds = {
        "If": (("True", following), ("False", other)),
        "Iterate": (("For Each", following), ("Success", other)),
    }
    links = kinds.get(source["action_type"], (("Success", following),))
    return [linkage(kind, source["id"], target) for kind, target in links]
