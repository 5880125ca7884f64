"""JSON lines of our own Story: what `wire parse --json`, `wire show --json` and an export print, read back.

Who exports stories and feeds them again, into this pipeline or another, can expect:

- Everything the agency said is there again, character by character, under the same uri, in the same version, with the
  same publication status, embargo and kill. Feeding an export into the pipeline that it came from changes no story.
- What was added is dropped and made anew by the stages that read it: entities other than the agency's, places, events,
  changes, group, thread, the revision, and how the story came (feed, time, lane, bytes). How it had come the first time
  stays in `extra` as `exported`, however often it is exported again.
- A story that its agency gave neither version nor version time is ordered by when it first came; that time becomes its
  `versioncreated` (`extra` says so under `assumed_versioncreated`), so that an old export never wins over a newer
  version that came since.
- A line that is no Story costs itself.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from textwrap import shorten
from typing import Any

import orjson

from pipeline.errors import TerminalError
from pipeline.formats import notices, signatures
from pipeline.formats.base import Format, Guess, Item, is_made
from pipeline.formats.charset import decode as decode_text
from pipeline.formats.json_values import values
from pipeline.formats.ninjs_parts import kind, tamed
from pipeline.story import Entity, Provenance, Span, Story, decode

_HEAD = 1 << 16
_FIRST = re.compile(
    rb'^[\s\[]{0,64}\{\s*"uri"\s*:\s*"(?:[^"\\]|\\.){1,4096}"\s*,\s*"revision"\s*:\s*\d+\s*,\s*"pubstatus"\s*:'
)
"""How a Story begins where its fields are in the order in which they are printed."""
_REVISION = re.compile(rb'(?<!\\)"revision"\s*:\s*\d+\s*[,}]')
_PROVENANCE = re.compile(rb'(?<!\\)"enrichment_revision"\s*:\s*\d')
_FIELDS = frozenset(Story.__dataclass_fields__)
_CAME = ("feed", "format", "format_reason", "received")


def sniff(item: Item) -> Guess:
    """JSON whose first object begins as a Story does, or has two fields that nothing else has both of."""
    head, tail = (part.replace(b"\x00", b"") for part in (item.data[:_HEAD], item.data[-_HEAD:]))
    if signatures.describe(head) != "JSON":
        return Guess(confidence=0.0, reason="not JSON")
    if _FIRST.match(head.lstrip(b"\xef\xbb\xbf\xff\xfe")):
        return Guess(confidence=1.0, reason="JSON that begins as a Story of ours")
    if all(field.search(head) or field.search(tail) for field in (_REVISION, _PROVENANCE)):
        return Guess(confidence=1.0, reason="JSON with the revision and provenance of a Story of ours")
    return Guess(confidence=0.0, reason="JSON without revision and provenance")


def parse(item: Item) -> Iterable[Story | TerminalError]:
    """The stories of one object, an array, or one a line."""
    looks = signatures.describe(item.data)
    if looks != "JSON":
        raise TerminalError(f"These are no Stories: this is not JSON, but looks like {looks}.")
    text = decode_text(item.data, item.charset)
    file = text.provenance()
    return (_read(value, number, file) for number, value in enumerate(values(text.text), 1))


def _read(value: Any, number: int, file: Provenance) -> Story | TerminalError:
    if isinstance(value, TerminalError):
        return value
    if not isinstance(value, dict):
        return TerminalError(f"This is JSON, but no Story: it is {kind(value)}.", item=f"number {number}")
    uri = value.get("uri")
    where = tamed(uri)[:200] if isinstance(uri, str) and uri else f"number {number}"
    try:
        return _anew(decode(orjson.dumps(_tamed(value))), file)
    except TerminalError as error:
        return TerminalError(shorten(error.cause, 400, placeholder="…"), item=where)
    except (TypeError, ValueError, RecursionError) as error:
        return TerminalError(f"This Story cannot be read: {str(error)[:100]}.", item=where)


def _tamed(value: dict[str, Any]) -> dict[str, Any]:
    """The Story's own fields, made safe; what a later version may have added goes to `extra`."""
    own = {name: tamed(content) for name, content in value.items() if name in _FIELDS and content is not None}
    unknown = {name: content for name, content in value.items() if name not in _FIELDS and content is not None}
    extra = value.get("extra")
    if unknown and isinstance(extra, dict | None):
        own["extra"] = tamed({**unknown, **(extra or {})})
    return own


def _anew(story: Story, file: Provenance) -> Story:
    said = story.headline or story.body_text.strip() or story.description_text or story.links or story.advisory
    if story.pubstatus == "usable" and not said:
        raise TerminalError("This Story has neither a headline nor a text.")
    came = story.provenance
    extra = dict(story.extra)
    exported = {name: getattr(came, name) for name in _CAME if getattr(came, name) is not None}
    if came != Provenance():
        extra.setdefault("exported", {**exported, "received": came.received.isoformat()} if came.received else exported)
    assumed = None
    if came.received and story.version is None and story.versioncreated is None and not is_made(story.uri):
        assumed = came.received
        extra["assumed_versioncreated"] = "received"
    return replace(
        story,
        revision=0,
        pubstatus=notices.status_of(story),
        versioncreated=story.versioncreated or assumed,
        extra=extra,
        entities=tuple(_checked(entity, story.body_text) for entity in story.entities if entity.component == "agency"),
        places=(),
        events=(),
        changes=None,
        reinstates=None,
        group=None,
        thread=None,
        provenance=replace(
            file if came.charset is None else Provenance(charset=came.charset, charset_reason=came.charset_reason),
            replacements=max(came.replacements, file.replacements),
            channel=came.channel,
            sequence=came.sequence,
        ),
    )


def _checked(entity: Entity, text: str) -> Entity:
    """The entity with those mentions that stand where they say."""
    return replace(entity, mentions=tuple(filter(lambda mention: _stands(mention, text), entity.mentions)))


def _stands(mention: Span, text: str) -> bool:
    return text[mention.start : mention.end] == mention.text


FORMAT = Format(name="story", sniff=sniff, parse=parse)
