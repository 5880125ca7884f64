"""Who says that it happened: the speaker of the quote that tells the event."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.story import Event, Participant, Quote, Span


def attributed(quotes: Sequence[Quote], events: Sequence[Event]) -> list[Event]:
    """The events, those told in somebody's words with that speaker; of quotes within quotes the shortest counts."""
    told = [(span, quote.speaker) for quote in quotes if quote.speaker for span in quote.spans]
    told.sort(key=lambda one: one[0].end - one[0].start)
    return [replace(event, attribution=_speaker(told, event.trigger.start)) for event in events]


def _speaker(told: Sequence[tuple[Span, Participant]], at: int) -> Participant | None:
    return next((speaker for span, speaker in told if span.start <= at < span.end), None)
