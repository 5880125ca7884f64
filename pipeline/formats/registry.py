"""The formats, and the one way to read an item, whatever it is."""

from dataclasses import dataclass, field, replace

from pipeline.errors import TerminalError
from pipeline.formats import (
    anpa_1312,
    iptc_7901,
    mail,
    newsml_1,
    newsml_g2,
    ninjs,
    nitf,
    plain_text,
    signatures,
    story_lines,
    web_feed,
)
from pipeline.formats.base import Envelope, Format, Found, Guess, Item, Reading
from pipeline.formats.charset import clean
from pipeline.story import Provenance, Story, decode, encode

FORMATS: tuple[Format, ...] = (
    story_lines.FORMAT,
    ninjs.FORMAT,
    newsml_g2.FORMAT,
    newsml_1.FORMAT,
    nitf.FORMAT,
    web_feed.RSS,
    web_feed.ATOM,
    mail.FORMAT,
    anpa_1312.FORMAT,
    iptc_7901.FORMAT,
    plain_text.FORMAT,
)
"""In order of precedence: of equally sure formats, the first."""
MOST_PARTS = 10_000
"""Stories that are read from one item: what a few bytes each can cause is limited."""
MOST_ERRORS = 10
"""Errors that are told apart in one item; the others are counted."""
DEEPEST = 3
"""Envelopes that may stand in one another: a forwarded mail with a mail attached that holds a story."""
_BLANKS = b" \t\r\n\f\v\x00"


def read(item: Item) -> Reading:
    """The stories in `item`, and an error for each one that could not be read. Never raises, never returns nothing."""
    found = _Findings()
    _read(item, found, 0)
    if (more := found.parts - len(found.stories) - MOST_ERRORS) > 0:
        found.errors.append(TerminalError(f"In this item {more:,} more could not be read."))
    stories = (
        replace(story, provenance=replace(story.provenance, part=part, parts=found.parts))
        for part, story in found.stories.items()
    )
    return Reading(stories=tuple(stories), errors=tuple(found.errors))


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


@dataclass(slots=True)
class _Findings:
    """What was found so far."""

    stories: dict[int, Story] = field(default_factory=dict)
    """By their number among all parts."""
    errors: list[TerminalError] = field(default_factory=list)
    parts: int = 0

    @property
    def full(self) -> bool:
        """Whether no more is read, which is said once."""
        if self.parts == MOST_PARTS:
            more = f"This item holds more than {MOST_PARTS:,} stories; the others are not read."
            self.errors.append(TerminalError(more))
            self.parts += 1
        return self.parts > MOST_PARTS

    def failed(self, error: TerminalError) -> None:
        if self.parts - len(self.stories) <= MOST_ERRORS:
            self.errors.append(error)


def _read(item: Item, findings: _Findings, depth: int) -> None:
    name, before = "unknown", findings.parts
    try:
        format_, guess = _format(item)
        name = format_.name
        for found in format_.parse(item):
            if findings.full:
                return
            if isinstance(found, Item) and depth < DEEPEST:
                _read(found, findings, depth + 1)
                continue
            findings.parts += 1
            checked = _checked(found, name, guess, item)
            if isinstance(checked, Story):
                findings.stories[findings.parts - 1] = checked
            else:
                findings.failed(checked)
        error = TerminalError(f"There is no story in this {name} item.") if findings.parts == before else None
    except TerminalError as raised:
        error = raised
    except Exception as raised:  # noqa: BLE001 (a fault of a parser must cost this item only)
        error = _fault(name, raised)
    if error is not None:
        findings.parts += depth > 0  # a nested item that cannot be read is one part of the whole
        findings.failed(TerminalError(error.cause, item=error.item or item.name) if depth else error)


def _format(item: Item) -> tuple[Format, Guess]:
    if not item.data.strip(_BLANKS):
        raise TerminalError(f"This item holds {signatures.describe(item.data)}.")
    return detect(item)


def _checked(found: Found, name: str, guess: Guess, item: Item) -> Story | TerminalError:
    """The story with its provenance and what the feed says of all its stories, held against its own schema, so that
    no later stage has to doubt it."""
    if isinstance(found, Item):
        return TerminalError(f"Items are nested more than {DEEPEST} deep here.", item=found.name)
    if isinstance(found, TerminalError):
        return found
    story = replace(
        found,
        language=found.language or item.language,
        usageterms=found.usageterms or item.rights,
        provenance=_named(found.provenance, name, guess),
    )
    if item.envelope is not None:
        story = _enveloped(story, item.envelope)
    try:
        decode(encode(story))
    except TerminalError as error:
        return TerminalError(f"The {name} parser made an invalid story: {error.cause}", item=story.uri)
    except Exception as error:  # noqa: BLE001 (what orjson raises is not one type)
        return _fault(name, error, story.uri)
    return story


def _enveloped(story: Story, envelope: Envelope) -> Story:
    """The story under the restrictions of its envelope, where those are stricter than its own."""
    return replace(
        story,
        pubstatus=max(story.pubstatus, envelope.pubstatus, key=("usable", "withheld", "canceled").index),
        embargoed=max(filter(None, (story.embargoed, envelope.embargoed)), default=None),
        extra={**story.extra, "envelope": envelope.said},
    )


def _named(provenance: Provenance, name: str, guess: Guess) -> Provenance:
    return replace(provenance, format=name, format_reason=guess.reason)


def _fault(name: str, error: Exception, item: str | None = None) -> TerminalError:
    detail = str(error)[:200].encode("utf-8", "replace").decode()
    return TerminalError(f"The {name} parser failed with {type(error).__name__}: {detail or 'no detail'}.", item=item)
