"""What workflows and their tasks are called."""

WORKFLOWS = (
    "Dunning: first reminder",
    "Dunning: last reminder",
    "Invoice delivery by mail",
    "Usage upload from the warehouse",
    "Payment retry after decline",
    "Tax recalculation",
    "Renewal notice",
    "Subscription to CRM",
    "Accounts to the ledger",
    "Credit memo approval",
    "Write-off of small balances",
    "Card expiry notice",
    "Bill run report",
    "Refund to the ERP",
    "Churn report",
    "Price uplift",
    "Order to the shop",
    "Data query: revenue by month",
    "Clean-up of test accounts",
    "Payment run watch",
    "Nightly export to SFTP",
    "Chargeback intake",
    "Bank statement match",
    "Welcome mail",
    "Contract documents",
    "Discount audit",
    "Failed callouts, again",
    "Currency rates",
)
DESCRIPTIONS = (
    "Runs every night; ask finance before a change.",
    "",
    "Started by a callout of the shop.",
    "Owner: billing operations.",
    "A copy of the old process, to be replaced this year.",
)
SCHEDULES = ("0 2 * * *", "30 6 * * 1", "*/15 * * * *", "0 0 1 * *")
TIMEZONES = ("America/Los_Angeles", "Europe/Berlin", "UTC")
_TASKS = {
    "Callout": ("Tell the CRM", "Ask the tax service", "Post to the ERP", "Fetch the rates"),
    "Query": ("Find accounts", "Find open invoices", "Find subscriptions"),
    "Export": ("Export invoices", "Export usage"),
    "Email": ("Mail to billing", "Mail to operations"),
    "Update": ("Mark as reviewed", "Set the status"),
    "If": ("Is there a balance?", "Is it due?"),
    "Iterate": ("For each account", "For each invoice"),
    "Delay": ("Wait a while",),
    "Logic::JSONTransform": ("Pick the ids",),
}


def workflow_name(index: int) -> str:
    """The first ones as they are, later ones with a number."""
    round_, place = divmod(index, len(WORKFLOWS))
    return WORKFLOWS[place] if round_ == 0 else f"{WORKFLOWS[place]} ({round_ + 1})"


def task_name(action_type: str, number: int) -> str:
    names = _TASKS.get(action_type, (action_type,))
    return f"{names[number % len(names)]} {number + 1}"
