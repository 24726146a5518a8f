"""Plausible sentences on a subject: the same prompt and length give the same text, another prompt another one."""

import random
import re
from collections.abc import Iterator
from itertools import cycle

SENTENCES = (
    "{Subject} earns its place by doing one thing well, day after day.",
    "People who choose {subject} tend to ask two questions first: will it last, and is it easy to live with?",
    "The short answer is that {subject} rewards a little attention at the start with years of quiet service.",
    "What sets {subject} apart is the care in the details that nobody notices until they are missing.",
    "Compare two or three options side by side, and the strengths of {subject} become plain.",
    "In everyday use, {subject} proves itself on a busy Monday rather than on a showroom floor.",
    "A good rule is to start small with {subject} and to let experience decide the rest.",
    "Clear instructions and honest figures make {subject} simple to understand, even for a newcomer.",
    "Most of the cost of {subject} is decided early, so it pays to plan with both eyes open.",
    "Ask anyone who has lived with {subject} for a year: they would rather not go back.",
    "Nothing about {subject} has to be complicated when each part has a reason to be there.",
    "Our tests of {subject} covered the ordinary cases first, and then the ones that hurt.",
    "The best results with {subject} come from steady habits, not from heroic effort.",
    "When something does go wrong, {subject} says so early and leaves time to act.",
    "Small improvements add up, and {subject} is where they are felt first.",
    "It is worth knowing the limits of {subject}, because a tool that is trusted is a tool that is understood.",
    "Designed with care and made to be repaired, {subject} fits a world that throws away too much.",
    "For families, for teams and for those on their own, {subject} finds its place without fuss.",
    "There is a quiet pleasure in {subject} that works exactly as it was promised.",
    "If you remember only one thing about {subject}, let it be this: quality shows over time.",
    "Start with the question that matters to you, and {subject} will meet you there.",
    "Seen over a whole season, {subject} costs less than it seems and gives more than it asks.",
)

CLOSERS = (
    "Enjoy.",
    "Made well.",
    "It simply works.",
    "Quality shows over time.",
    "That is the whole idea.",
    "It does what it should do.",
    "Give it a try and see yourself.",
    "Small things, done well, make all the difference.",
)
"""The first has one word, the second two, and so on: they fill a text up to its length."""

_PIECES = re.compile(r"\s*\S+")
_CODE_PIECES = re.compile(r"\s*.{1,4}", re.DOTALL)
_ARTICLE = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)
_PARAGRAPH = 5  # sentences


def dice_for(prompt: str) -> random.Random:
    return random.Random(prompt)


def text_on(subject: str, tokens: int, dice: random.Random) -> str:
    """Whole sentences in paragraphs, exactly that many tokens; a word is one token."""
    known = [_filled(template, subject) for template in SENTENCES]
    shortest = min(map(count_tokens, known))
    order = cycle(dice.sample(known, len(known)))
    sentences: list[str] = []
    while tokens:
        closer = CLOSERS[min(tokens, len(CLOSERS)) - 1]
        sentence = next(order) if tokens >= shortest else closer
        if (length := count_tokens(sentence)) <= tokens:
            sentences.append(sentence)
            tokens -= length
    return "\n\n".join(" ".join(paragraph) for paragraph in _paragraphs(sentences))


def sentence_on(subject: str, dice: random.Random) -> str:
    return _filled(dice.choice(SENTENCES), subject)


def count_tokens(text: str) -> int:
    """Of a prompt, as this provider counts: one a word."""
    return max(1, len(text.split()))


def pieces_of(text: str, *, code: bool = False) -> list[str]:
    """The tokens of an answer: words, or groups of four characters where the answer is code."""
    return (_CODE_PIECES if code else _PIECES).findall(text)


def bare(subject: str) -> str:
    """Without its article, for titles and names."""
    return _ARTICLE.sub("", subject)


def capitalized(subject: str) -> str:
    return subject[:1].upper() + subject[1:]


def _paragraphs(sentences: list[str]) -> Iterator[list[str]]:
    return (sentences[start : start + _PARAGRAPH] for start in range(0, len(sentences), _PARAGRAPH))


def _filled(template: str, subject: str) -> str:
    return template.replace("{Subject}", capitalized(subject)).replace("{subject}", subject)
