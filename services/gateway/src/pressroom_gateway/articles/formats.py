"""Which form of an article a client would rather have (RFC 9110, 12.5.1)."""

from .forms import Format

MARKDOWN = "text/markdown"
HTML = "text/html"
_FORMS: dict[str, Format] = {
    "application/json": "json",
    MARKDOWN: "markdown",
    HTML: "html",
    "application/*": "json",
    "text/*": "markdown",
    "*/*": "json",
}


def format_of(accept: str | None) -> Format:
    """JSON where nothing that we have is asked for. Of equals the first one counts."""
    best: tuple[float, Format] = (0.0, "json")
    for part in (accept or "").lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weight = _weight(parameters)
        if name in _FORMS and weight > best[0]:
            best = (weight, _FORMS[name])
    return best[1]


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter.removeprefix("q="))
            except ValueError:
                return 0.0
    return 1.0
