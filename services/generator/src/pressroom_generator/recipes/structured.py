"""Whether a model's answer is JSON of the form that was asked for."""

from typing import Any

import msgspec
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.exceptions import Unresolvable

from pressroom_common.worker import JobFailed

_NO_DOCUMENTS: Registry[Any] = Registry()
"""Without it the validator would fetch whatever a schema refers to."""


def check(content: str, schema: dict[str, Any], name: str) -> Any:
    """The value of the content. `name`: how whoever asked calls the schema.

    Raises JobFailed; another try may well give what was asked for, so that this is transient.
    """
    try:
        value = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        detail = f"The model's answer is no JSON: {error}."
        raise JobFailed("invalid_output", detail, "transient") from error
    try:
        fault = next(Draft202012Validator(schema, registry=_NO_DOCUMENTS).iter_errors(value), None)
    except (Unresolvable, RecursionError) as error:
        detail = f"{name} cannot be applied: it refers to nothing, or to itself without end. Change it."
        raise JobFailed("invalid_output", detail, "permanent") from error
    if fault is not None:
        detail = f"The model's answer does not satisfy {name} at {fault.json_path}."
        raise JobFailed("invalid_output", detail, "transient")
    return value
