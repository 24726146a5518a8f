"""What a prompt is about, by rule of thumb: enough for a demo whose texts speak of the thing that was asked for."""

import re

FALLBACK = "the subject"
LONGEST = 8  # words

_LABEL = re.compile(
    r"\b(?:topic|subject|product|keyword|title|heading|theme)\s*[:=]\s*[\"'“]?([^\n\"'”;|]+)", re.IGNORECASE
)
_QUOTED = re.compile(r"[\"“]([^\"”\n]{3,80})[\"”]")
_ABOUT = re.compile(
    r"\b(?:about|über|on the topic of|regarding|describing|describe|introducing|explaining|explain)\s+(.+)",
    re.IGNORECASE,
)
_FOR = re.compile(r"\b(?:for|of|on)\s+(.+)", re.IGNORECASE)
_ORDER = re.compile(
    r"^(?:please\s+)?(?:write|create|generate|draft|compose|give|summari[sz]e|make|produce|list|tell)\b(?:\s+me)?\s*",
    re.IGNORECASE,
)
_END = re.compile(
    r"[.!?;:\n(\[{,]|\s(?:-|\u2013|\u2014)\s|\s(?:in|to|with|that|which|who|using|and make|and keep|aimed at|for)\s+"
    r"(?:\d|at\s|about\s|a\s|an\s|the\s|no\s|under\s|up\s|our\s|english|german|french)",
    re.IGNORECASE,
)


def subject_of(prompt: str) -> str:
    """A few words, as they fit in a sentence: "Write a text for a steel bottle." is about "a steel bottle"."""
    for pattern in (_LABEL, _QUOTED, _ABOUT, _FOR):
        found = pattern.search(prompt)
        if found and (subject := _tidied(found[1])):
            return subject
    return _tidied(_ORDER.sub("", prompt.strip())) or FALLBACK


def _tidied(phrase: str) -> str:
    words = _END.split(phrase.strip(), maxsplit=1)[0].split()
    return " ".join(words[:LONGEST]).strip(" \"'“”.,")
