"""The formats, and the one way to read an item, whatever it is."""

from dataclasses import replace

from pipeline.errors import TerminalError
from pipeline.formats import ninjs, plain_text, signatures
from pipeline.formats.base import Format, Guess, Item, Reading
from pipeline.formats.charset import clean
from pipeline.story import Story, decode, encode

FORMATS: tuple[Format, ...] = (ninjs.FORMAT, plain_text.FORMAT)
"""In order of precedence: of equally sure formats, the first."""
MOST_PARTS = 10_000
"""Stories that are read from one item: what a few bytes each can cause is limited."""
MOST_ERRORS = 10
"""Errors that are told apart in one item; the others are counted."""
_BLANKS = b" \t\r\n\f\v\x00"


def read(item: Item) -> Reading:
    """The stories in `item`, and an error for each one that could not be read. Never raises, never returns nothing."""
    name = "unknown"
    stories: list[Story] = []
    errors: list[TerminalError] = []
    parts = 0
    try:
        if not item.data.strip(_BLANKS):
            raise TerminalError(f"This item holds {signatures.describe(item.data)}.")
        format_, guess = detect(item)
        name = format_.name
        for part, found in enumerate(format_.parse(item)):
            if part == MOST_PARTS:
                errors.append(
                    TerminalError(f"This item holds more than {MOST_PARTS:,} stories; the others are not read.")
                )
                break
            parts = part + 1
            checked = _checked(found, name, guess, part)
            if isinstance(checked, Story):
                stories.append(checked)
            elif parts - len(stories) <= MOST_ERRORS:
                errors.append(checked)
    except TerminalError as error:
        errors.append(error)
    except Exception as error:  # noqa: BLE001 (a fault of a parser must cost this item only)
        errors.append(_fault(name, error))
    if (more := parts - len(stories) - MOST_ERRORS) > 0:
        errors.append(TerminalError(f"In this item {more:,} more could not be read."))
    if not stories and not errors:
        errors.append(TerminalError(f"There is no story in this {name} item."))
    counted = (replace(story, provenance=replace(story.provenance, parts=parts)) for story in stories)
    return Reading(stories=tuple(counted), errors=tuple(errors))


def detect(item: Item) -> tuple[Format, Guess]:
    """The format of `item`: the one that its feed fixed, or else the surest. TerminalError when there is none."""
    if item.format is not None:
        for format_ in FORMATS:
            if format_.name == item.format.strip().lower():
                return format_, Guess(confidence=1.0, reason="set by the feed")
        known = ", ".join(format_.name for format_ in FORMATS)
        raise TerminalError(f"There is no format '{clean(item.format)[:40]}'; the formats are {known}.")
    guesses = [(format_, format_.sniff(item)) for format_ in FORMATS]
    format_, guess = max(guesses, key=lambda pair: pair[1].confidence)
    if guess.confidence <= 0:
        raise TerminalError(f"This item looks like {signatures.describe(item.data)}, which no format here reads.")
    return format_, guess


def _checked(story: Story | TerminalError, name: str, guess: Guess, part: int) -> Story | TerminalError:
    """The story with its provenance, held against its own schema, so that no later stage has to doubt it."""
    if isinstance(story, TerminalError):
        return story
    provenance = replace(story.provenance, format=name, format_reason=guess.reason, part=part)
    story = replace(story, provenance=provenance)
    try:
        decode(encode(story))
    except TerminalError as error:
        return TerminalError(f"The {name} parser made an invalid story: {error.cause}", item=story.uri)
    except Exception as error:  # noqa: BLE001 (what orjson raises is not one type)
        return _fault(name, error, story.uri)
    return story


def _fault(name: str, error: Exception, item: str | None = None) -> TerminalError:
    detail = str(error)[:200].encode("utf-8", "replace").decode()
    return TerminalError(f"The {name} parser failed with {type(error).__name__}: {detail or 'no detail'}.", item=item)
