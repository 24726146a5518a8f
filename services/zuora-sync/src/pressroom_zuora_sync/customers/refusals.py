"""What is said no to, in words that tell what to do."""

from pressroom_common.internal_problems import FieldFault, Refused, conflict, not_found
from pressroom_zuora_sync.zuora.errors import ZuoraError


def no_customer() -> Refused:
    return not_found("customer")


def no_environment() -> Refused:
    return not_found("environment")


def customer_name_taken(name: str) -> Refused:
    return conflict(f"There is a customer named {name!r} already. Choose another name, or change that customer.")


def environment_name_taken(name: str) -> Refused:
    return conflict(
        f"This customer has an environment named {name!r} already. Choose another name, or change that environment."
    )


def changed_meanwhile() -> Refused:
    return conflict("Others change this environment at the same time. Look at it, and send the change again.")


def host_not_allowed(error: ZuoraError, field: str) -> Refused:
    return Refused(422, "host_not_allowed", error.detail, [FieldFault(field=field, message="not allowed")])


def secret_needed() -> Refused:
    return Refused(
        422,
        "secret_needed",
        "With a new base URL the client secret is needed again: the stored one was given for another host, and is not "
        "sent to this one.",
        [FieldFault(field="client_secret", message="required with a new base_url")],
    )
