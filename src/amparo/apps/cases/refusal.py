"""The one kind of answer to something that cannot be done in a case."""


class Refused(ValueError):
    """Something asked of a case cannot be done. The message is for the person who asked and holds nothing secret."""
