"""Errors that every room knows. What goes wrong in a job is a `contracts.JobError`, not an exception of these."""


class Unavailable(Exception):
    """The database or the broker is away. Nobody's fault: keep what you hold and try again.

    The outcome of what was tried is unknown: it may have been done.
    """


class Undecodable(Exception):
    """A message that nobody can read. It belongs in the park queue, with this sentence as its reason."""
