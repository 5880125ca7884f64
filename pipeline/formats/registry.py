"""The formats, and the one way to read an item, whatever it is."""

from dataclasses import replace

from pipeline import story as stories
from pipeline.errors import TerminalError
from pipeline.formats import ninjs, plain_text, signatures
from pipeline.formats.base import Format, Guess, Item, Reading
from pipeline.story import Story

FORMATS: tuple[Format, ...] = (ninjs.FORMAT, plain_text.FORMAT)
"""In order of precedence: of equally sure formats, the first."""


def read(item: Item) -> Reading:
    """The stories in `item`, and an error for each one that could not be read. Never raises, never returns nothing."""
    name = item.format or ""
    try:
        if not item.data.strip(b" \t\r\n\f\v\x00"):
            raise TerminalError(f"This item holds {signatures.describe(item.data)}.")
        format_, guess = detect(item)
        name = format_.name
        found = list(format_.parse(item))
    except TerminalError as error:
        return Reading(errors=(error,))
    except Exception as error:  # noqa: BLE001 (a fault of a parser must cost this item only)
        return Reading(errors=(_fault(name, error),))
    if not found:
        return Reading(errors=(TerminalError(f"There is no story in this {name} item."),))
    checked = [_checked(story, format_, guess, part, len(found)) for part, story in enumerate(found)]
    return Reading(
        stories=tuple(story for story in checked if isinstance(story, Story)),
        errors=tuple(error for error in checked if isinstance(error, TerminalError)),
    )


def detect(item: Item) -> tuple[Format, Guess]:
    """The format of `item`: the one that its feed fixed, or else the surest. TerminalError when there is none."""
    if item.format is not None:
        for format_ in FORMATS:
            if format_.name == item.format.strip().lower():
                return format_, Guess(confidence=1.0, reason="set by the feed")
        known = ", ".join(format_.name for format_ in FORMATS)
        raise TerminalError(f"There is no format '{item.format[:40]}'; the formats are {known}.")
    guesses = [(format_, format_.sniff(item)) for format_ in FORMATS]
    format_, guess = max(guesses, key=lambda pair: pair[1].confidence)
    if guess.confidence <= 0:
        raise TerminalError(f"This item looks like {signatures.describe(item.data)}, which no format here reads.")
    return format_, guess


def _checked(
    story: Story | TerminalError, format_: Format, guess: Guess, part: int, parts: int
) -> Story | TerminalError:
    """The story with its provenance, held against its own schema, so that no later stage has to doubt it."""
    if isinstance(story, TerminalError):
        return story
    provenance = replace(story.provenance, format=format_.name, format_reason=guess.reason, part=part, parts=parts)
    story = replace(story, provenance=provenance)
    try:
        stories.decode(stories.encode(story))
    except TerminalError as error:
        return TerminalError(f"The {format_.name} parser made an invalid story: {error.cause}", item=story.uri)
    except Exception as error:  # noqa: BLE001 (what orjson raises is not one type)
        return _fault(format_.name, error, story.uri)
    return story


def _fault(name: str, error: Exception, item: str | None = None) -> TerminalError:
    detail = str(error)[:200].encode("utf-8", "replace").decode()
    return TerminalError(f"The {name} parser failed with {type(error).__name__}: {detail or 'no detail'}.", item=item)
