"""The accounts of the demo: two customers whose ids overlap, and a sandbox that has drifted from its production."""

from .account import Account, AccountSpec
from .changes import Change, apply

SECRET = "fake"
ACME, GLOBEX, ACME_SANDBOX = "demo-acme", "demo-globex", "demo-acme-sandbox"

ACCOUNTS = (
    AccountSpec(client_id=ACME, client_secret=SECRET, workflows=25, tasks=8, first_id=101),
    AccountSpec(client_id=GLOBEX, client_secret=SECRET, workflows=25, tasks=6, first_id=112),
    AccountSpec(client_id=ACME_SANDBOX, client_secret=SECRET, theme=ACME, workflows=25, tasks=8, first_id=501),
)
_DRIFT = (
    Change(op="delete", workflow_id=524),
    Change(op="delete", workflow_id=525),
    Change(op="add", workflow_id=530, index=27, name="Trial extension (new)"),
    Change(op="set_task", workflow_id=503, fields={"parameters": {"url": "https://staging.crm.example.com/v1"}}),
    Change(op="add_task", workflow_id=507, name="Ask the new tax service", action_type="Callout"),
    Change(op="remove_task", workflow_id=511),
    Change(op="deactivate", workflow_id=515),
    Change(op="cycle", workflow_id=518),
    Change(op="edit", workflow_id=520),
)
_HABITS = (
    Change(op="add_task", workflow_id=104, name="Score with the model", action_type="AI::Score"),
    Change(op="edit", workflow_id=109),
    Change(op="deactivate", workflow_id=117),
)


def drift(accounts: dict[str, Account]) -> None:
    """What somebody has changed since the accounts were made."""
    for client_id, changes in ((ACME_SANDBOX, _DRIFT), (ACME, _HABITS)):
        for change in changes:
            apply(change, accounts[client_id])
