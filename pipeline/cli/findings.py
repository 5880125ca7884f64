"""What was found in a story, as tables for a terminal."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipeline.cli.plain import grid, maybe, plain
from pipeline.story import Casualties, Entity, Event, EventStatus, Figure, Participant, Place, Quote, Toll, Topic

TYPES = {
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
TRIGGERS: dict[EventStatus, str] = {
    "asserted": "black on yellow",
    "denied": "black on bright_red",
    "negated": "black on bright_red",
    "hypothetical": "black on bright_black",
    "planned": "black on bright_cyan",
    "demanded": "black on bright_magenta",
    "background": "black on white",
}
_STATUS: dict[EventStatus, str] = {
    "asserted": "green",
    "denied": "red",
    "negated": "red",
    "hypothetical": "yellow",
    "planned": "cyan",
    "demanded": "magenta",
    "background": "dim",
}
_LONGEST = 160
"""Characters of a quote in its table: the text above has it whole."""


def entities(found: tuple[Entity, ...]) -> Table | None:
    """Those that the story is most about first."""
    if not found:
        return None
    table = _table("name", "type", "role", "also", "named")
    table.columns[1].no_wrap = True
    for entity in sorted(found, key=lambda one: (-one.salience, -len(one.mentions))):
        table.add_row(
            plain(entity.name, TYPES[entity.type]),
            entity.type,
            plain(entity.role or ""),
            plain(", ".join(entity.aliases)),
            " ".join(filter(None, [str(len(entity.mentions) or ""), "headline" if entity.in_headline else ""])),
        )
    return table


def places(found: tuple[Place, ...]) -> Table | None:
    """In the order of the text."""
    if not found:
        return None
    table = _table("place", "country", "region", "latitude, longitude", "named")
    for place in found:
        country = " ".join(filter(None, [place.country_name, place.country and f"({place.country})"]))
        where = f"{place.lat:.3f}, {place.lon:.3f}" if place.lat is not None and place.lon is not None else ""
        named = " ".join(filter(None, [str(len(place.mentions) or ""), "dateline" if place.dateline else ""]))
        table.add_row(plain(place.name, "bold"), plain(country), plain(place.region or ""), where, named)
    return table


def events(found: tuple[Event, ...]) -> Table | None:
    """In the order of the text, numbered as in wire.events."""
    if not found:
        return None
    table = Table.grid(padding=(0, 1))
    table.add_column(style="dim", justify="right")
    table.add_column()
    for number, event in enumerate(found, 1):
        table.add_row(f" {number}", _event(event))
    return table


def _event(event: Event) -> RenderableType:
    title = Text.assemble((event.type, "bold yellow"))
    title.append(f"/{event.mode}" if event.mode else "", style="yellow")
    title.append("  ").append(event.status, style=_STATUS[event.status])
    title.append("  main event" if event.main else "", style="bold")
    title.append(f"  confidence {event.confidence:.2f}", style="dim")
    rows = (
        ("actor", _people(event.actors)),
        ("trigger", plain(event.trigger.text, TRIGGERS[event.status])),
        ("also told by", maybe(", ".join(dict.fromkeys(span.text for span in event.again)))),
        ("target", _people(event.targets)),
        ("by means of", _people(event.instruments)),
        ("where", maybe(", ".join(filter(None, [event.place, event.country])))),
        ("when", maybe(_when(event))),
        ("casualties", maybe("; ".join(map(_casualties, event.casualties)))),
        ("said by", _people((event.attribution,)) if event.attribution else None),
        ("evidence", plain(event.evidence.text, "italic")),
    )
    return Group(title, grid(row for row in rows if row[1]))


def _when(event: Event) -> str | None:
    days = " to ".join(dict.fromkeys(filter(None, (event.begins, event.ends))))
    return f"{event.date} ({days})" if event.date and days else event.date or days or None


def _people(participants: tuple[Participant, ...]) -> Text | None:
    named = (
        f"{who.name} ({who.span.text})" if who.name and who.name != who.span.text else who.span.text
        for who in participants
    )
    return maybe("; ".join(named))


def quotes(found: tuple[Quote, ...]) -> Table | None:
    """Who said what."""
    if not found:
        return None
    table = _table("who", "said", "how")
    for quote in found:
        said = " … ".join(span.text for span in quote.spans)
        who = _people((quote.speaker,)) if quote.speaker else None
        short = said if len(said) <= _LONGEST else f"{said[:_LONGEST]} …"
        table.add_row(who or plain("not said", "dim"), plain(short, "italic"), quote.kind)
    return table


def figures(found: tuple[Figure, ...]) -> Table | None:
    """Each once, however often the story repeats it."""
    if not found:
        return None
    table = _table("figure", "of", "value", "kind")
    rows = dict.fromkeys((each.span.text, each.of or "", _value(each), each.kind) for each in found)
    for text, of, value, kind in rows:
        table.add_row(plain(text), plain(of), plain(value), kind)
    return table


def _value(figure: Figure) -> str:
    low, high = (f"{value:,.10g}" if value is not None else None for value in (figure.low, figure.high))
    number = (
        f"{low} or more"
        if high is None
        else f"up to {high}"
        if low is None
        else low
        if low == high
        else f"{low} to {high}"
    )
    return " ".join(
        filter(None, [figure.qualifier if figure.qualifier in {"about", "nearly"} else None, number, figure.unit])
    )


def topics(found: tuple[Topic, ...]) -> Text | None:
    """Names, the surest first."""
    names = (f"{each.name} ({each.confidence:.0%})" if each.component != "agency" else each.name for each in found)
    return maybe(", ".join(names))


def toll(found: tuple[Toll, ...]) -> Text | None:
    """'12 killed, 30 to 40 wounded'."""
    return maybe(", ".join(map(_casualties, found)))


def _casualties(casualties: Casualties | Toll) -> str:
    low, high = casualties.low, casualties.high
    number = f"{low:,} or more" if high is None else f"{low:,}" if low == high else f"{low:,} to {high:,}"
    return f"{number} {casualties.kind}"


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=True)
    for name in columns:
        table.add_column(name, overflow="fold")
    return table
