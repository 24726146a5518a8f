"""What is said no to, in words that tell what to do."""

from pressroom_common.internal_problems import FieldFault, Refused, forbidden, invalid, not_found


def no_workflow() -> Refused:
    return not_found("workflow")


def no_environment() -> Refused:
    return not_found("environment")


def no_version() -> Refused:
    return Refused(404, "not_found", "The workflow has no such version. Its list of versions tells which there are.")


def not_exported() -> Refused:
    return Refused(
        404, "not_found", "No version of the workflow could be exported yet. Its `export_error` says why; sync again."
    )


def same_environment() -> Refused:
    return invalid(FieldFault(field="right", message="must be another environment than `left`"))


def secrets_refused() -> Refused:
    return forbidden("Exports with their secrets need the role tenant-admin. Leave `secrets` out for a redacted one.")


def unreadable(detail: str) -> Refused:
    """The key of a stored export is missing or wrong, or it is odd."""
    return Refused(409, "export_locked", detail)


def none_before(number: int) -> Refused:
    return Refused(
        404,
        "not_found",
        f"There is no version before version {number}: the workflow has only one, or older ones were not kept. "
        "Its list of versions tells which there are; `from` and `to` name two of them.",
    )


def too_many(most: int) -> Refused:
    return Refused(
        429,
        "rate_limited",
        f"The tenant has {most} requests that open exports at zuora-sync already, and no more are taken. Wait for "
        "`Retry-After`, and send fewer at once.",
    )


def too_much() -> Refused:
    return Refused(
        429,
        "rate_limited",
        "Too much of what was asked for before is on its way out and not read yet. Wait for `Retry-After`, read what "
        "comes, and ask for fewer exports at once.",
    )


def hung_up() -> Refused:
    """Nobody reads it: the status is nginx's, for the metrics."""
    return Refused(499, "hung_up", "Whoever asked has closed the connection.")
