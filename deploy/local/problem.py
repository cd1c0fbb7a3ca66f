"""The one exception that is shown to people without a traceback."""


class Problem(Exception):
    """What is wrong and what to do about it, in one or two sentences."""
