"""Errors that every room knows. What goes wrong in a job is a `contracts.JobError`, not an exception of these."""


class Unavailable(Exception):
    """The database or the broker is away. Nobody's fault: keep what you hold and try again.

    The outcome of what was tried is unknown: it may have been done.
    """


class SlowStatement(Unavailable):
    """The database is there, but did not come to the end of the statement in time."""


class Refused(Exception):
    """Somebody outside does not let us do it, and would not the next time either. Its sentence says who has to act."""


class Undecodable(Exception):
    """A message that nobody can read. It belongs in the park queue, with this sentence as its reason."""
