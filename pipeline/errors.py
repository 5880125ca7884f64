"""Errors, split by consequence: the type alone decides what happens to a message.

    WireError
    ├── TerminalError      this message can never succeed: to the dead-letter topic, with the cause
    ├── TransientError     it may succeed later: retried with back-off, for as long as it takes
    └── OperatorError      somebody must act (set-up missing, credentials refused, disk full): stop, with a sentence

Every message is a whole sentence: it is shown to people as it is.
"""


class WireError(Exception):
    """Base of all errors of this project."""


class TerminalError(WireError):
    """This message can never succeed, however often it is tried."""

    def __init__(self, cause: str, *, item: str | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.item = item
        """What within the message failed (the uri or number of one story), None for the whole message."""


class TransientError(WireError):
    """A broker, index or network did not answer as it should: the same call may succeed later."""


class OperatorError(WireError):
    """Nothing will go on until a person changes something; the sentence says what."""


EXIT_OPERATOR = 78
"""A worker's exit code for an OperatorError (EX_CONFIG of sysexits.h): starting it again would change nothing."""
