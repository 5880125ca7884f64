"""Lives of stories, batch by batch: what comes in, and what is sent.

'u 2 since 1' is version 2 of the story u, with what it changed since version 1; '-> u canceled' a version that is to
arrive for u, '-> release u' an order; 'u hidden' is a mark, 'u killed' a tombstone.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pipeline.lifecycle import orders
from pipeline.lifecycle.orders import Order
from pipeline.lifecycle.revision import revision
from pipeline.story import (
    Advisory,
    AdvisoryKind,
    Event,
    Provenance,
    PubStatus,
    Span,
    Story,
    Target,
    tombstone,
)  # fmt: skip

START = datetime(2026, 11, 24, 12, tzinfo=UTC)
SPAN = Span(text="met", start=0, end=3)
EVENT = Event(type="CONSULT", trigger=SPAN, evidence=SPAN)
SECRET = "Secret"
DAY = 24 * 60

Asked = Story | Order | bytes


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


def v(
    number: int, status: PubStatus = "usable", *, uri: str = "u", until: float | None = None, timed: bool = True
) -> Story:
    """Version `number`, sent at that minute; under embargo `until` a minute. Not `timed`: by its number alone."""
    story = Story(
        uri=uri,
        version=str(number),
        versioncreated=minute(number) if timed else None,
        pubstatus=status,
        headline=f"{SECRET} headline {number}",
        slugline="BC-Ferry",
        body_text=f"{SECRET} text {number}. Ministers met.",
        embargoed=None if until is None else minute(until),
        ednote="Why.",
        events=(EVENT,),
        provenance=Provenance(feed="f", channel="A", sequence=7, received=minute(number)),
    )
    story = replace(story, revision=revision(story, minute(number)))
    return tombstone(story) if status == "canceled" else story


def kill(number: int, **given: bool | str) -> Story:
    return v(number, "canceled", **given)  # type: ignore[arg-type]


def nameless(story: Story) -> Story:
    """As an advisory makes it of the story that it withholds."""
    made = replace(story.provenance, channel=None, sequence=None)
    return replace(story, headline=None, slugline=None, body_text="", events=(), provenance=made)


def bare(number: int, status: PubStatus = "usable") -> Story:
    """A version without version and time, that came at that minute."""
    story = replace(v(number, status), version=None, versioncreated=None)
    return replace(story, revision=revision(story, minute(number)))


def advisory(number: int, kind: AdvisoryKind = "kill", *targets: Target, feed: str = "f") -> Story:
    status: dict[AdvisoryKind, PubStatus] = {"kill": "canceled", "withhold": "withheld", "release": "usable"}
    story = Story(
        uri=f"note {number}",
        versioncreated=minute(number),
        pubstatus=status[kind],
        ednote="Why.",
        advisory=Advisory(kind=kind, targets=targets),
        provenance=Provenance(feed=feed, received=minute(number)),
    )
    return replace(story, revision=revision(story, None))


def order(kind: orders.OrderKind, group: str | None = None, *, uri: str = "u", at: float = 0) -> Order:
    return Order(kind=kind, uri=uri, group=group, time=minute(at))


@dataclass(frozen=True)
class Batch:
    """What comes in at a minute, and what is sent then."""

    asked: tuple[Asked, ...]
    sent: tuple[str, ...]
    at: float = 60


@dataclass(frozen=True)
class Case:
    """A life of stories."""

    name: str
    batches: tuple[Batch, ...]


Given = tuple[Asked | tuple[Asked, ...], str] | tuple[Asked | tuple[Asked, ...], str, float]


def case(name: str, *batches: Given) -> Case:
    """Each batch: what comes in, what is sent ('; ' between), and the minute, if it is not 60."""
    made = []
    for asked, sent, *at in batches:
        several = asked if isinstance(asked, tuple) else (asked,)
        made.append(Batch(several, tuple(sent.split("; ")) if sent else (), *at))
    return Case(name, tuple(made))


BY_NUMBER, BY_NUMBER_ALONE = Target(channel="A", sequence=7), Target(sequence=7)
BY_HEADLINE, BY_SLUG = Target(headline=f"{SECRET.lower()} HEADLINE 1"), Target(slugline="Ferry, 2nd Ld")
BY_URI, OTHER = Target(uri="u"), Target(uri="other")
TARGETS = (BY_NUMBER, BY_NUMBER_ALONE, BY_HEADLINE, BY_SLUG, BY_URI)
KILLED_BY_NOTE, NOTE = "note 5 killed; -> u canceled", "note 5 killed"

CASES = (
    # usable
    case("a first version", (v(1), "u 1")),
    case("a newer version", (v(1), "u 1"), (v(2), "u 2 since 1")),
    case("an older version", (v(2), "u 2"), (v(1), "")),
    case("the same version again", (v(1), "u 1"), (v(1), "u 1")),
    case("of equals the first stays", (v(1), "u 1"), (replace(v(1), headline="Other"), "u 1")),
    case("several in one batch", ((v(2), v(1), v(4), v(3)), "u 4 since 2")),
    case("several stories in one batch", ((v(1), v(1, uri="w"), v(2)), "w 1; u 2 since 1")),
    case("look again", (v(1), "u 1"), (order("again"), "u 1")),
    case("of a story that nobody knows nothing is told", (order("again"), ""), (order("due"), "")),
    # withheld
    case("withheld at first", (v(1, "withheld"), "")),
    case("withheld later", (v(1), "u 1"), (v(2, "withheld"), "u hidden"), (order("again"), "u hidden")),
    case("withheld, and a newer version releases it", (v(1), "u 1"), (v(2, "withheld"), "u hidden"),
         (v(3), "u 3 since 1")),
    case("an older withholding", (v(2), "u 2"), (v(1, "withheld"), "")),
    case("a copy without version and time releases nothing", (bare(1), "u 1"), (bare(2, "withheld"), "u hidden"),
         (bare(3), ""), (order("again"), "u hidden")),
    case("a number releases what has numbers", (v(1, timed=False), "u 1"), (v(2, "withheld", timed=False), "u hidden"),
         (v(3, timed=False), "u 3 since 1")),
    # canceled
    case("killed", (v(1), "u 1"), (kill(2), "u killed"), (kill(2), "u killed"), (order("again"), "u killed")),
    case("killed before it comes", (kill(2), "u killed"), (v(1), ""), (order("again"), "u killed")),
    case("killed in one batch", ((v(1), kill(2)), "u killed")),
    case("killed in one batch, kill first", ((kill(2), v(1)), "u killed")),
    case("an older kill", (v(3), "u 3"), (kill(2), "u 3")),
    case("an older kill of what the newest is compared with", (v(1), "u 1"), (v(3), "u 3 since 1"),
         (kill(2), "u 3 of None/1"), (kill(2), "u 3 of None/1"), (v(1), ""), (v(4), "u 4 since 3")),
    case("two kills", (kill(3), "u killed"), (kill(2), "u killed"), (v(1), "")),
    case("the version it kills again", (v(1), "u 1"), (kill(1), "u killed"), (v(1), "")),
    case("reinstated", (v(1), "u 1"), (kill(2), "u killed"), (v(3), "u 3 reinstates 2"), (v(3), "u 3 reinstates 2"),
         (v(4), "u 4 since 3")),
    case("killed, reinstated, killed", (kill(2), "u killed"), (v(3), "u 3 reinstates 2"), (kill(4), "u killed"),
         (v(5), "u 5 reinstates 4")),
    case("a version without a time lifts no kill", (v(1, timed=False), "u 1"), (kill(2, timed=False), "u killed"),
         (v(3, timed=False), ""), (bare(4), ""), (order("again"), "u killed")),
    case("killed while withheld", (v(1), "u 1"), (v(2, "withheld"), "u hidden"), (kill(3), "u killed"),
         (v(4), "u 4 reinstates 3")),
    case("an older kill that comes late takes away what the next is compared with", (v(3), "u 3"), (v(1), ""),
         (kill(2), "u 3"), (v(4), "u 4 since 3")),
    # embargo
    case("under embargo", (v(1, until=90), ""), (order("due"), "", 89), (order("due"), "u 1", 90)),
    case("an embargo that is over", (v(1, until=60), "u 1")),
    case("once out it stays out, whatever the clock says", (v(1, until=90), "u 1", 91), (order("due"), "u 1", 50),
         (v(1, until=90), "u 1", 50), (order("again"), "u 1", 50)),
    case("an embargo moved earlier", (v(1, until=90), ""), (v(2, until=70), ""), (order("due"), "u 2", 71)),
    case("an embargo moved later", (v(1, until=90), ""), (v(2, until=99), ""), (order("due"), "", 91),
         (order("due"), "u 2", 99)),
    case("an embargo lifted", (v(1, until=90), ""), (v(2), "u 2"), (order("due"), "u 2", 91)),
    case("an older version moves no embargo", (v(2, until=90), ""), (v(1), ""), (order("due"), "u 2", 90)),
    case("corrected while held", (v(1, until=90), ""), (v(2, until=90), ""), (order("due"), "u 2", 90)),
    case("killed while held", (v(1, until=90), ""), (kill(2), "u killed"), (order("due"), "", 91)),
    case("withheld while held", (v(1, until=90), ""), (v(2, "withheld"), ""), (order("due"), "", 91)),
    case("an embargo after it was seen", (v(1), "u 1"), (v(2, until=90), "u hidden"), (order("due"), "", 80),
         (order("due"), "u 2 since 1", 90)),
    case("changes are not told against what was held", (v(1), "u 1"), (v(2, until=90), "u hidden"),
         (v(3), "u 3 since 1")),
    case("nothing is told against what was only held", (v(1, until=90), ""), (v(2), "u 2")),
    case("held, and overtaken by the clock in the same batch", ((v(1, until=90), order("due")), "u 1", 90)),
    # advisories
    *[case(f"killed by {target}", (v(1), "u 1"), (advisory(5, "kill", target), KILLED_BY_NOTE)) for target in TARGETS],
    *[case(f"killed by {target} that was first", (advisory(5, "kill", target), NOTE), (v(1), "-> u canceled"))
      for target in TARGETS[:-1]],
    case("killed by its uri before it comes", (advisory(5, "kill", BY_URI), KILLED_BY_NOTE)),
    case("killed in one batch with the advisory", ((v(1), advisory(5, "kill", BY_SLUG)),
                                                   "-> u canceled; note 5 killed; -> u canceled")),
    case("killed while held, by an advisory", (v(1, until=90), ""), (advisory(5, "kill", BY_SLUG), KILLED_BY_NOTE)),
    case("held, and the advisory was first", (advisory(5, "kill", BY_SLUG), NOTE), (v(1, until=90), "-> u canceled")),
    case("withheld, and the advisory was first", (advisory(5, "kill", BY_SLUG), NOTE),
         (v(1, "withheld"), "-> u canceled")),
    case("an advisory of another feed", (v(1), "u 1"), (advisory(5, "kill", BY_SLUG, feed="g"), NOTE)),
    case("a slug names nothing that came after the advisory", (v(6), "u 6"), (advisory(5, "kill", BY_SLUG), NOTE),
         (v(7), "u 7 since 6")),
    case("several targets", ((v(1), v(1, uri="w")), "u 1; w 1"),
         (advisory(5, "kill", BY_URI, OTHER), "note 5 killed; -> u canceled; -> other canceled")),
    case("one story named twice", (v(1), "u 1"), (advisory(5, "kill", BY_URI, BY_SLUG), KILLED_BY_NOTE)),
    case("a slug of two stories", ((v(1), v(2, uri="w")), "u 1; w 2"),
         (advisory(5, "kill", BY_SLUG), "note 5 killed; -> w canceled; -> u canceled")),
    case("of the stories that had the number in these days one is meant", ((v(1), v(1 + DAY, uri="w")), "u 1; w 1441"),
         (advisory(5, "kill", BY_NUMBER), KILLED_BY_NOTE), (v(1 + DAY, uri="w"), "w 1441")),
    case("it does not kill itself", (advisory(5, "kill", Target(uri="note 5")), NOTE)),
    case("without a target a person has to read it", (v(1), "u 1"), (advisory(5), "note 5 killed; dead letter")),
    case("a target without a name is none", (advisory(5, "kill", Target(channel="A")), "note 5 killed; dead letter")),
    case("withheld by an advisory", (v(1), "u 1"), (advisory(5, "withhold", BY_SLUG), "-> u withheld")),
    case("withheld by an advisory that was first", (advisory(5, "withhold", BY_SLUG), ""), (v(1), "-> u withheld")),
    case("released by an advisory", (advisory(5, "release", BY_URI), "note 5 5; -> release u")),
    case("released by the slug that it had before an advisory withheld it", (v(1), "u 1"),
         (nameless(v(2, "withheld")), "u hidden"), (advisory(5, "release", BY_SLUG), "note 5 5; -> release u")),
    case("an advisory that releases does not undo one that kills", (advisory(5, "kill", BY_SLUG), NOTE),
         (advisory(6, "release", BY_SLUG), "note 6 6"), (v(1), "-> u canceled")),
    case("an advisory that releases undoes one that withholds", (advisory(5, "withhold", BY_SLUG), ""),
         (advisory(6, "release", BY_SLUG), "note 6 6"), (v(1), "u 1")),
    # the order to release
    case("released with the text that was seen", (v(1), "u 1"), (v(2, "withheld"), "u hidden"),
         (order("release", at=3), "u 3 since 1")),
    case("released with the text that was withheld", (v(2, "withheld"), ""), (order("release", at=3), "u 3")),
    case("nothing to release", (v(1), "u 1"), (order("release", at=3), "u 1")),
    case("a release brings nothing back that was killed since", (v(1), "u 1"),
         (tombstone(v(3, "withheld")), "u hidden"),
         ((kill(2), order("release", at=4)), "u hidden"), (order("release", at=4), "u hidden")),
    case("a release lifts no kill", (v(1), "u 1"), (kill(2), "u killed"), (order("release", at=3), "u killed")),
    case("a release ends no embargo", (v(1, until=90), ""), (order("release", at=3), "")),
    case("what was held when it was withheld is held again", (v(1), "u 1"), (v(2, until=90), "u hidden"),
         (tombstone(v(3, "withheld")), "u hidden"),
         (order("release", at=4), "u hidden"), (order("due"), "u 4 since 1", 90)),
    # relations
    case("a group", (v(1), "u 1"), (order("relate", "g"), "u 1 of g/1"), (order("relate", "g"), "u 1 of g/1"),
         (order("relate", "h"), "u 1 of h/2"), (v(2), "u 2 since 1 of h/0"),
         (order("relate"), "u 2 since 1 of None/1")),
    case("a group while held", (v(1, until=90), ""), (order("relate", "g"), ""), (order("due"), "u 1 of g/1", 90)),
    case("the group of a killed story", (v(1), "u 1"), (kill(2), "u killed"), (order("relate", "g"), "")),
    # what nobody can read
    case("undecodable", ((b"\xff", v(1), b"{}", b'{"uri": "\\ud800"}'), "dead letter; u 1; dead letter; dead letter")),
    case("nothing", ((), "")),
)  # fmt: skip
