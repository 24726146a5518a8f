"""What went wrong in the development stack, told so that the reader knows what to do."""


class StackError(Exception):
    """A sentence for the person at the keyboard; the command line prints it without a traceback."""
