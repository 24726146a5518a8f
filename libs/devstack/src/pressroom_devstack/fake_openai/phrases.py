"""What short texts are called in an article: its title, headings, keywords and questions."""

import random
import re
from collections.abc import Sequence

from .texts import bare, capitalized

_TITLES = (
    "{Subject}: a Practical Guide",
    "Everything That Matters About {Subject}",
    "{Subject}, Explained Simply",
    "How to Get the Most out of {Subject}",
    "The Quiet Strength of {Subject}",
    "{Subject} from First Steps to Mastery",
)
_HEADINGS = (
    "Why {Subject} Matters",
    "What {Subject} Really Is",
    "A Short History of {Subject}",
    "First Steps with {Subject}",
    "How to Choose {Subject}",
    "What {Subject} Costs",
    "{Subject} in Everyday Life",
    "Common Mistakes with {Subject}",
    "What Experts Say About {Subject}",
    "{Subject} for Beginners",
    "{Subject} for the Experienced",
    "Where {Subject} Comes From",
    "How {Subject} Is Made",
    "Care and Maintenance of {Subject}",
    "{Subject} and the Environment",
    "{Subject} Compared with Its Alternatives",
    "Myths About {Subject}",
    "Questions to Ask Before You Start with {Subject}",
    "Five Small Habits That Help with {Subject}",
    "When {Subject} Is Not the Answer",
    "The Limits of {Subject}",
    "The Future of {Subject}",
    "A Year with {Subject}",
    "Where to Go from Here with {Subject}",
)
_QUESTIONS = (
    "What is {subject}?",
    "Who is {subject} for?",
    "How do I start with {subject}?",
    "What does {subject} cost?",
    "How long does {subject} last?",
    "Is {subject} hard to learn?",
    "Where can I find {subject}?",
    "What are the most common mistakes with {subject}?",
    "How much time does {subject} take?",
    "What do I need for {subject}?",
    "Is {subject} worth it?",
    "What are the alternatives to {subject}?",
    "How do I recognise good {subject}?",
    "Can children enjoy {subject}?",
    "How often should I think about {subject}?",
    "What should I avoid with {subject}?",
    "How do I take care of {subject}?",
    "Does {subject} make a difference?",
    "What do people like about {subject}?",
    "How has {subject} changed over the years?",
    "When is the best time for {subject}?",
    "Where can I learn more about {subject}?",
)
_KEYWORDS = (
    "{subject}",
    "{subject} guide",
    "best {subject}",
    "{subject} tips",
    "how to choose {subject}",
    "{subject} for beginners",
    "{subject} explained",
    "{subject} compared",
)
_BY_NAME: tuple[tuple[re.Pattern[str], Sequence[str]], ...] = (
    (re.compile(r"heading|outline|section"), _HEADINGS),
    (re.compile(r"question"), _QUESTIONS),
    (re.compile(r"keyword|tag"), _KEYWORDS),
    (re.compile(r"^title$|headline"), _TITLES),
)


def phrase_for(name: str, subject: str, dice: random.Random) -> str | None:
    """For a field of this name; None: it wants another sort of text."""
    for pattern, templates in _BY_NAME:
        if pattern.search(name):
            named = bare(subject)
            return dice.choice(templates).replace("{Subject}", capitalized(named)).replace("{subject}", named)
    return None
