"""The text of a job, put together from its events."""

from dataclasses import dataclass

from .events import Delta, Event, Keyframe, Result


@dataclass(frozen=True, slots=True)
class Transcript:
    """The text so far. Begin with what is known of it already: nothing, or the text that was kept."""

    text: str = ""

    def apply(self, event: Event) -> "Transcript":
        """The text after this event. Raises ValueError for a delta that begins beyond the text so far.

        Events of `jobs.events` and `generations.stream` have no such gap, except after a `last_event_id` of the
        caller's, who then begins with the text up to there.
        """
        match event:
            case Keyframe():
                return Transcript(event.text)
            case Delta():
                return Transcript(self._upto(event.offset) + event.text)
            case Result(content=str(content)):
                return Transcript(content)
            case _:
                return self

    def _upto(self, offset: int) -> str:
        if offset > len(self.text):
            raise ValueError(f"The text goes on at {offset}, and is known up to {len(self.text)}.")
        return self.text[:offset]
