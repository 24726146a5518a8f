"""What goes wrong over internal HTTP, in the words of the service that was asked.

An answer of 400 and more has the body `{"code", "detail", "errors"}`, an `InternalProblem`, whatever went wrong: a
wrong token, a wrong field, no such row, the database away. The gateway, which asks for its clients, hands it on: same
status, code, detail and errors, as `application/problem+json`. 401 and 500 say that the gateway or the service is at
fault, not the client: it answers them as its own trouble.

| status | code | when |
|---|---|---|
| 401 | `unauthenticated` | no service token, or one that is not valid |
| 403 | `forbidden` | the token gives no right to this |
| 404 | `not_found` | there is none, or it is another tenant's: the two are not told apart |
| 409 | `conflict` | a name that is taken, say |
| 422 | `invalid_request` | fields are wrong; `errors` says which. Services add codes of their own: `host_not_allowed` |
| 500 | `internal` | a bug |
| 503 | `unavailable` | the database or a neighbour is away: ask again |
"""

from collections.abc import Sequence

from pydantic import Field

from .reads import Read


class FieldFault(Read):
    field: str = Field(description="Its path in the request: `environments.0.base_url`.")
    message: str


class InternalProblem(Read):
    """The body of every answer of 400 and more. Neither it nor its errors repeat what was sent."""

    code: str
    detail: str
    errors: tuple[FieldFault, ...] = ()


class Refused(Exception):
    """Ends a request with this answer. `detail` tells a person what to do; it never holds a secret."""

    def __init__(self, status: int, code: str, detail: str, errors: Sequence[FieldFault] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.problem = InternalProblem(code=code, detail=detail, errors=tuple(errors))

    @property
    def code(self) -> str:
        return self.problem.code


def not_found(what: str) -> Refused:
    return Refused(404, "not_found", f"There is no such {what}. Check the id and the tenant of the API key.")


def conflict(detail: str) -> Refused:
    return Refused(409, "conflict", detail)


def forbidden(detail: str) -> Refused:
    return Refused(403, "forbidden", detail)


def invalid(*errors: FieldFault) -> Refused:
    """Fields that are well-formed and still wrong."""
    names = ", ".join(error.field for error in errors)
    return Refused(422, "invalid_request", f"Correct these fields and send the request again: {names}.", errors)
