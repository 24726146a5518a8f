"""The envelope: CloudEvents attribute names (https://cloudevents.io, 1.0), flat beside the message's own fields."""

from datetime import datetime
from uuid import UUID

from msgspec import Raw, Struct

NOTHING = Raw()
"""No JSON at all: the default of optional raw fields. It is false, and left out when encoded."""


class Envelope(Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    id: UUID
    source: str
    """The process that speaks: `gateway-1`."""
    time: datetime
    subject: str = ""
    """What it is about, where that is one thing: `jobs/<id>`."""
    correlation_id: str = ""
    """The request's id (`X-Request-ID`) that began it all."""
    causation_id: UUID | None = None
    traceparent: str = ""
    """W3C trace context."""
