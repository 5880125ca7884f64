"""One story, whole, for a terminal: what the agency said, the text with what was found in it marked, and the findings.

Nothing that a story says is ever taken as markup, and no character of it can steer the terminal.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import orjson
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from pipeline.cli.changes_view import summary
from pipeline.cli.marks import marks, told
from pipeline.story import Casualties, Entity, Event, Link, Participant, Place, Story

_TEXT_WIDTH = 100
_WIDE = 100
_LONGEST = 300
_STYLES = {
    "person": "bold green",
    "organisation": "bold blue",
    "gpe": "bold cyan",
    "location": "cyan",
    "facility": "dark_cyan",
    "norp": "magenta",
    "product": "bright_blue",
    "event": "bright_magenta",
    "law": "bright_green",
}
_PLACE = "underline"
_TRIGGERS = {"asserted": "black on yellow", "negated": "black on bright_red", "hypothetical": "black on bright_black"}
_STATUS = {"usable": "green", "withheld": "bold yellow", "canceled": "bold white on red"}
_EVENT_STATUS = {"asserted": "green", "negated": "red", "hypothetical": "yellow"}
_CONTROLS = (*range(9), *range(0xB, 0x20), *range(0x7F, 0xA0))
_DIRECTIONS = (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_UNSAFE = dict.fromkeys((*_CONTROLS, *_DIRECTIONS), "\ufffd")
"""Controls and overrides of direction, replaced one by one so that offsets stay."""


def story(story: Story, width: int, beside: Sequence[tuple[str, str]] = ()) -> RenderableType:
    """Everything in `story`, laid out for `width` columns. `beside`: (label, text) of what else is known of it."""
    parts: list[RenderableType] = [_header(story, width, beside)]
    if story.headline:
        parts += ["", Padding(_plain(story.headline, "bold"), (0, 1))]
    if story.body_text:
        parts += ["", Padding(_body(story), (0, max(width - _TEXT_WIDTH - 1, 1), 0, 1))]
        legend = _legend(story)
        parts += ["", Padding(legend, (0, 1))] if legend else []
    for title, rows in (
        ("Entities", _entities(story.entities)),
        ("Places", _places(story.places)),
        ("Events", _events(story.events)),
        ("Links", _links(story.links)),
        ("Further fields", _further(story.extra)),
    ):
        if rows is not None:
            parts += ["", Rule(title, align="left", style="dim"), rows]
    return Group(*parts)


def _plain(text: str, style: str = "") -> Text:
    plain = Text(text.translate(_UNSAFE), overflow="fold")
    plain.stylize(style)  # not the text's base style: that would colour the rest of its line too
    return plain


def _header(story: Story, width: int, beside: Sequence[tuple[str, str]]) -> RenderableType:
    left = [row for row in (*_identity(story), *((label, _plain(text)) for label, text in beside)) if row[1]]
    right = [row for row in _description(story) if row[1]]
    if width < _WIDE:
        return _grid([*left, *right])
    both = Table.grid(expand=True, padding=(0, 2))
    both.add_column(ratio=1)
    both.add_column(ratio=1)
    both.add_row(_grid(left), _grid(right))
    return both


def _grid(rows: Iterable[tuple[str, Text | None]]) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in rows:
        grid.add_row(_plain(label), value)
    return grid


def _identity(story: Story) -> Iterator[tuple[str, Text | None]]:
    yield "uri", _plain(story.uri)
    yield "status", _status(story)
    version = f" (version {story.version})" if story.version else ""
    yield "revision", _plain(f"{story.revision}{version}")
    yield "changed", told(story.changes, summary(story.changes) if story.changes else "")
    yield "reinstated", _plain("after a kill") if story.reinstates is not None else None
    yield "created", _time(story.versioncreated)
    yield "first created", _time(story.firstcreated)
    yield "received", _time(story.provenance.received)
    yield "urgency", _plain(str(story.urgency)) if story.urgency else None
    yield "language", _maybe(story.language)
    provenance = story.provenance
    parts = f", part {provenance.part + 1} of {provenance.parts}" if provenance.parts > 1 else ""
    yield (
        "read as",
        _plain(f"{provenance.format}, {provenance.charset or 'no charset'}{parts}") if provenance.format else None,
    )


def _description(story: Story) -> Iterator[tuple[str, Text | None]]:
    yield "source", _maybe(story.source)
    yield "slugline", _maybe(story.slugline)
    yield "signals", _maybe(", ".join(story.signals))
    yield "byline", _maybe(story.byline)
    yield "dateline", _maybe(story.dateline.text if story.dateline else None)
    yield "located", _maybe(story.located)
    for role, people in groupby(story.authors, key=lambda author: author.role):
        named = (f"{who.name} ({who.place})" if who.place else who.name for who in people)
        yield role if role != "byline" else "authors", _plain(", ".join(named))
    yield "credit", _maybe(story.creditline)
    yield "subject", _maybe(", ".join(one.name or one.code or "" for one in story.subject))
    yield "keywords", _maybe(", ".join(story.keywords))
    yield "note", _maybe(story.ednote)
    yield "rights", _maybe(story.usageterms or story.copyrightnotice or story.copyrightholder)


def _status(story: Story) -> Text:
    text = Text(" KILLED " if story.pubstatus == "canceled" else story.pubstatus, style=_STATUS[story.pubstatus])
    if story.pubstatus == "usable" and (found := marks(story)):
        text.append("  ").append_text(found)
    if story.embargoed:
        text.append(" ").append(f"embargoed until {_utc(story.embargoed)}", style="bold magenta")
    return text


def _maybe(text: str | None) -> Text | None:
    return _plain(text) if text else None


def _time(time: datetime | None) -> Text | None:
    return _plain(_utc(time)) if time else None


def _utc(time: datetime) -> str:
    try:
        return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    except OverflowError:
        return time.isoformat()


def _body(story: Story) -> Text:
    """The text with entities in colours, places underlined, and event triggers on a ground, later ones on top."""
    text = _plain(story.body_text)
    for entity in story.entities:
        for span in entity.mentions:
            text.stylize(_STYLES[entity.type], span.start, span.end)
    for place in story.places:
        for span in place.mentions:
            text.stylize(_PLACE, span.start, span.end)
    for event in story.events:
        text.stylize(_TRIGGERS[event.status], event.trigger.start, event.trigger.end)
    return text


def _legend(story: Story) -> Text | None:
    marks: dict[str, str] = {entity.type: _STYLES[entity.type] for entity in story.entities if entity.mentions}
    if any(place.mentions for place in story.places):
        marks["place"] = _PLACE
    marks |= {f"{event.status} event": _TRIGGERS[event.status] for event in story.events}
    if not marks:
        return None
    legend = Text.assemble(("marked:", "dim"))
    for name, style in marks.items():
        legend.append("  ").append(name, style=style)
    return legend


def _entities(entities: tuple[Entity, ...]) -> Table | None:
    if not entities:
        return None
    table = _table("name", "type", "role", "also", "named")
    table.columns[1].no_wrap = True
    for entity in sorted(entities, key=lambda one: -len(one.mentions)):
        table.add_row(
            _plain(entity.name, _STYLES[entity.type]),
            entity.type,
            _plain(entity.role or ""),
            _plain(", ".join(entity.aliases)),
            " ".join(filter(None, [str(len(entity.mentions) or ""), "headline" if entity.in_headline else ""])),
        )
    return table


def _places(places: tuple[Place, ...]) -> Table | None:
    if not places:
        return None
    table = _table("place", "country", "region", "latitude, longitude", "named")
    for place in places:
        country = " ".join(filter(None, [place.country_name, place.country and f"({place.country})"]))
        where = f"{place.lat:.3f}, {place.lon:.3f}" if place.lat is not None and place.lon is not None else ""
        named = " ".join(filter(None, [str(len(place.mentions) or ""), "dateline" if place.dateline else ""]))
        table.add_row(_plain(place.name, "bold"), _plain(country), _plain(place.region or ""), where, named)
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=True)
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _events(events: tuple[Event, ...]) -> Table | None:
    if not events:
        return None
    table = Table.grid(padding=(0, 1))
    table.add_column(style="dim", justify="right")
    table.add_column()
    for number, event in enumerate(events, 1):
        table.add_row(f" {number}", _event(event))
    return table


def _event(event: Event) -> RenderableType:
    title = Text.assemble((event.type, "bold yellow"))
    title.append(f"/{event.mode}" if event.mode else "", style="yellow")
    title.append("  ").append(event.status, style=_EVENT_STATUS[event.status])
    title.append(f"  confidence {event.confidence:.2f}", style="dim")
    rows = (
        ("actor", _people(event.actors)),
        ("trigger", _plain(event.trigger.text, _TRIGGERS[event.status])),
        ("target", _people(event.targets)),
        ("where", _maybe(", ".join(filter(None, [event.place, event.country])))),
        ("when", _maybe(event.date)),
        ("casualties", _maybe("; ".join(map(_casualties, event.casualties)))),
        ("evidence", _plain(event.evidence.text, "italic")),
    )
    return Group(title, _grid(row for row in rows if row[1]))


def _people(participants: tuple[Participant, ...]) -> Text | None:
    named = (
        f"{who.name} ({who.span.text})" if who.name and who.name != who.span.text else who.span.text
        for who in participants
    )
    return _maybe("; ".join(named))


def _casualties(casualties: Casualties) -> str:
    low, high = casualties.low, casualties.high
    number = f"{low:,} or more" if high is None else f"{low:,}" if low == high else f"{low:,} to {high:,}"
    return f"{number} {casualties.kind}"


def _links(links: tuple[Link, ...]) -> Table | None:
    if not links:
        return None
    return _grid(
        (link.rel, _plain("  ".join(filter(None, [link.type, link.title, link.uri, link.href])))) for link in links
    )


def _further(extra: Mapping[str, Any]) -> Table | None:
    if not extra:
        return None
    shown = ((name, value if isinstance(value, str) else orjson.dumps(value).decode()) for name, value in extra.items())
    return _grid((name, _plain(text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …")) for name, text in shown)
