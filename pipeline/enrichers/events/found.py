"""An event on its way, with the tokens that tell it, until it is merged with the others and counted."""

from dataclasses import dataclass, field

from spacy.tokens import Token

from pipeline.story import Casualties, Event, EventType

HARM: frozenset[EventType] = frozenset({"ASSAULT", "COERCE", "PROTEST"})
"""Events in which people come to harm: those that a number of casualties can belong to."""


@dataclass(slots=True)
class Found:
    """An event; `tokens` are the words that tell it, the trigger first."""

    tokens: list[Token]
    event: Event
    result: bool
    """Whether the word tells what came of it ('killed') rather than what was done ('bombed')."""
    counts: list[Casualties] = field(default_factory=list)

    @property
    def token(self) -> Token:
        """The trigger."""
        return self.tokens[0]
