"""Kills, withholds and releases that are messages of their own, and the stories that they name.

Formats with ids cancel a story under its own uri. Elsewhere a message says in its head what it is ('MANDATORY KILL',
'HOLD RELEASED') or orders it in words ('Please kill the story slugged ...'), and names its stories in words, too. It
is told from a story about kills by where it says so: in the head, where its capitals and its dash mark it, or in its
first lines, where it speaks to editors or names a story by slug, number or id, and has no news of its own.

A message that surely kills but does not say what gets no targets: a person has to read it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from pipeline.formats import notice_targets, notice_words, signals, wire_copy
from pipeline.formats.base import is_made
from pipeline.formats.notice_words import folded
from pipeline.story import Advisory, AdvisoryKind, PubStatus, Story, Target

_MOST_LINES = 200
_LONGEST_LINE = 2000
_LONGEST = 8000
"""Characters that are looked at: no such message is longer, and hostile copy must not cost time."""
_MOST_SENTENCES = 100
_FIRST_LINES = 3
_LONGEST_REMARK = 600
"""Characters that a message without a label may say besides its orders."""
_LONGEST_NAME = 100
_SENTENCE = re.compile(
    r"(?<!\b\d)(?<!\b\d\d)(?<!\bno)(?<!\bnr)(?<!\bnos)(?<!\bst)(?<!\bdr)(?<!\.[a-z])[.!?]+[\x01)]*\s+(?=[^\W\d_]|[\x01¿¡(])"
)
_FOLLOWING = re.compile(r"\b(?:following|folgende[nrs]?|suivante?s?|siguientes?)\b|:\s*$")
_OTHER = re.compile(r"correct|refil|repeat|rpt|clarif|berichtig|rectif|^(?:sub|add|insert)\b")
"""Signals of copy that mends other copy: what it says of that is no order."""
_KILLED = re.compile(r"kill|cancel|withdr|retract|delet|revok")
_REPLACED = re.compile(r"replac|supersed|previous|in-reply-to")
_GENERIC = re.compile(
    r"(?:an? |the |our |previous |earlier )*(?:[\w'’-]+ ){0,3}(?:story|item|report|article|meldung|nota|depeche)s?"
    r"(?: (?:on|about|of|uber|zu|sur|sobre)\b.*)?"
    r"|.*\b(?:advisory|notice|kill|withhold|retraction|hinweis)s?\W*",
)
_GENERIC_SLUG = re.compile(
    r"(?:\b(?:bc|am|pm|kill|advisory|advisories|withhold|hold|notice|editors?|urgent|note)s?\b|\W)+"
)
_STATUS: dict[AdvisoryKind, PubStatus] = {"kill": "canceled", "withhold": "withheld", "release": "usable"}


@dataclass(slots=True, kw_only=True)
class _Order:
    """What a sentence orders to do with which stories."""

    kind: AdvisoryKind
    line: int
    asked: bool
    """Whether it speaks to editors or asks for something."""
    targets: list[Target] = field(default_factory=list)

    @property
    def sure(self) -> bool:
        """Whether it is an order even in a message that does not call itself one."""
        named = any(target.uri or target.slugline or target.sequence is not None for target in self.targets)
        return named or (self.asked and (self.kind == "kill" or bool(self.targets)))


def advised(
    story: Story, lines: Sequence[str], *, stated: bool = False, prefix: str = "", slug_names: bool = True
) -> Story:
    """`story` with its advisory, where it is one: restricted like the stories that it names, and its text a note.

    `lines`: its copy as it stood before anything was taken out of it. `stated`: its format has a status for its own
    uri, and gave it. `prefix`: what its format puts before ids that are no uris. `slug_names`: its slugline names one
    story, not a topic.
    """
    if story.advisory is not None:
        return story
    if stated and not is_made(story.uri):
        linked = _linked(story, _KILLED)
        return replace(story, advisory=Advisory(kind=_kind_of(story.pubstatus), targets=linked)) if linked else story
    label = _label(story.signals) or ("kill" if story.pubstatus == "canceled" else None)
    said = _said(story, lines)
    if label is None and not _may_be_one(story, said):
        return story
    orders, told = _orders(said, story, prefix)
    kind = _kind(story, label, orders, told)
    if kind is None:
        return story
    named = [target for one in orders for target in one.targets if (one.kind == "release") == (kind == "release")]
    targets = _with_own_slug(story, named or _implied(story, said, prefix, slug_names=slug_names))
    story = replace(story, advisory=Advisory(kind=kind, targets=tuple(dict.fromkeys(targets))))
    return _restricted(story, kind, listed=story.headline is not None and _is_one_of(named, story.headline))


def status_of(story: Story) -> PubStatus:
    """The status of `story`, at least as strict as its advisory has it."""
    kind = story.advisory.kind if story.advisory else "release"
    return max(story.pubstatus, _STATUS[kind], key=("usable", "withheld", "canceled").index)


def _kind_of(status: PubStatus) -> AdvisoryKind:
    return "withhold" if status == "withheld" else "kill"


def _label(said: Iterable[str]) -> AdvisoryKind | None:
    """What the message calls itself."""
    kinds = set(map(notice_words.label_kind, said))
    return next((kind for kind in ("release", "kill", "withhold") if kind in kinds), None)


def _said(story: Story, lines: Sequence[str]) -> list[str]:
    """Its lines: those of its fields that its copy does not have, and its copy."""
    copy = [line[:_LONGEST_LINE] for line in lines[:_MOST_LINES]]
    inside = "\n".join(copy)
    notes = story.ednote.split("\n")[:_MOST_LINES] if story.ednote else []
    fields = [line[:_LONGEST_LINE] for line in (story.headline, *notes, story.description_text) if line]
    found, size = [], 0
    for line in [*(line for line in fields if line not in inside), *copy]:
        size += len(line)
        if size > _LONGEST:
            break
        found.append(line)
    return found


def _own_text(story: Story) -> bool:
    """Whether a message has news of its own: it was filed somewhere or by somebody, and does not begin by speaking to
    editors, or by an order where it calls itself one."""
    if story.dateline is None and story.byline is None:
        return False
    first = notice_targets.masked(story.body_text[:_LONGEST_LINE].partition("\n\n")[0])
    ordered = bool(_label(story.signals)) and notice_words.order(first) is not None
    return bool(first) and not ordered and not notice_words.is_addressed(first)


def _may_be_one(story: Story, said: list[str]) -> bool:
    """Whether a message that does not call itself a kill may be one nevertheless."""
    if _own_text(story) or any(map(_OTHER.search, story.signals)):
        return False
    return any(notice_words.may_order(line) for line in said[:_FIRST_LINES])


def _orders(said: list[str], story: Story, prefix: str) -> tuple[list[_Order], frozenset[str]]:
    """What the message orders, and the lines that do so or list stories."""
    told: set[str] = set()
    found: list[_Order] = []
    listing: _Order | None = None
    channel, left = story.provenance.channel, _MOST_SENTENCES
    for number, line in enumerate(said):
        plain = notice_targets.masked(line)
        sentences = list(islice(_sentences(plain), left))
        left -= len(sentences)
        here = list(_in_line(line, plain, sentences, _Where(number, channel, prefix)))
        more = _listed(line, plain, channel, prefix) if listing and not here else []
        if here:
            listing = here[-1] if _FOLLOWING.search(plain) else None
        elif listing:
            listing.targets.extend(more)
            listing = listing if more else None
        told |= {line} if here or more else set()
        found.extend(here)
    return found, frozenset(told)


@dataclass(frozen=True, slots=True)
class _Where:
    line: int
    channel: str | None
    prefix: str


def _in_line(line: str, plain: str, sentences: list[tuple[int, int]], where: _Where) -> Iterator[_Order]:
    """What each sentence of a line orders."""
    addressed = notice_words.is_addressed(plain)
    for start, end in sentences:
        if ordered := notice_words.order(plain[start:end]):
            kind, begins, ends = ordered
            part = slice(start + begins, start + ends)
            named = notice_targets.targets(line[part], plain[part], where.channel, where.prefix)
            asked = addressed or notice_words.asks(plain[start:end])
            yield _Order(kind=kind, line=where.line, asked=asked, targets=named)


def _listed(line: str, plain: str, channel: str | None, prefix: str) -> list[Target]:
    """The story that a line of a list names, up to where its first sentence gives a reason."""
    first = notice_words.without_reasons(plain[: next(_sentences(plain))[1]])
    return notice_targets.listed(line[: len(first)], channel, prefix) if first.strip() else []


def _sentences(plain: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in _SENTENCE.finditer(plain):
        yield start, end.end()
        start = end.end()
    yield start, len(plain)


def _kind(story: Story, label: AdvisoryKind | None, orders: list[_Order], told: frozenset[str]) -> AdvisoryKind | None:
    """What the message does; None where it is a story. A story that comes with the word that it is released is that
    story."""
    first = next((one for one in orders if one.sure), None)
    if label is not None:
        kind = "release" if first and first.kind == "release" else label
        return None if kind == "release" and _own_text(story) else kind
    return first.kind if first and first.line < _FIRST_LINES and _is_remark(story, told) else None


def _is_remark(story: Story, told: frozenset[str]) -> bool:
    """Whether a message has no news: its text is orders, and little besides; or none of it, and its headline is one."""
    paragraphs = story.body_text.split("\n\n", _MOST_LINES) if story.body_text else []
    rest = [paragraph for paragraph in paragraphs if paragraph[:_LONGEST_LINE] not in told]
    orders = not paragraphs or len(rest) < len(paragraphs) or story.headline in told
    return orders and sum(map(len, rest)) <= _LONGEST_REMARK


def _implied(story: Story, said: list[str], prefix: str, *, slug_names: bool) -> list[Target]:
    """The stories that are named without saying so: by a line that is a name, the story that it answers or replaces,
    its own slug, and what stands in its headline behind 'KILL:'."""
    channel = story.provenance.channel
    short = [line for line in said[:_FIRST_LINES] if len(line) <= _LONGEST_NAME and line != story.headline]
    named = [
        target
        for line in short
        for target in notice_targets.targets(line, notice_targets.masked(line), channel, prefix)
        if target.uri or target.sequence is not None or (target.slugline and not _is_generic(target.slugline))
    ]
    linked = [] if _own_text(story) else list(_linked(story, _KILLED, _REPLACED))
    slug = story.slugline if slug_names and story.slugline and not _is_generic(story.slugline) else None
    if named:
        return named
    if slug and signals.is_slug(slug) and "--" in slug:
        return [*linked, Target(slugline=slug)]
    title = _title(story)
    headed = notice_targets.listed(title, channel, prefix, least=2) if title else []
    return [*linked, *(headed or ([Target(slugline=slug)] if slug else []))]


def _is_generic(slug: str) -> bool:
    """Whether a slug is that of notices."""
    return _GENERIC_SLUG.fullmatch(folded(slug)) is not None


def _title(story: Story) -> str | None:
    """What the headline is, but for the label; None where it speaks of the kill itself."""
    title = notice_words.without_label(story.headline or "").strip()
    plain = notice_targets.masked(title)
    if not title or notice_words.order(plain) or notice_words.is_addressed(plain) or _GENERIC.fullmatch(plain):
        return None
    return title


def _linked(story: Story, *rels: re.Pattern[str]) -> tuple[Target, ...]:
    """The stories that its links name as killed."""
    return tuple(
        Target(uri=link.uri)
        for link in story.links
        if link.uri and link.uri != story.uri and any(rel.search(folded(link.rel)) for rel in rels)
    )


def _with_own_slug(story: Story, targets: list[Target]) -> Iterator[Target]:
    """`targets`, and where one is its own slug but for the way it is written, that too."""
    for target in targets:
        yield target
        slug, own = target.slugline, story.slugline
        if slug and own and slug != own and notice_targets.same_slug(slug, own):
            yield replace(target, slugline=own)


def _is_one_of(targets: list[Target], headline: str) -> bool:
    return not set(targets).isdisjoint(notice_targets.listed(headline, None, ""))


def _restricted(story: Story, kind: AdvisoryKind, *, listed: bool) -> Story:
    """The advisory under the status that it brings; where it has no news, its text is a note to editors, and so is its
    headline where that is one of the stories that it lists."""
    status = "canceled" if story.pubstatus == "canceled" and kind == "withhold" else _STATUS[kind]
    story = replace(story, pubstatus=status, embargoed=None if kind == "release" else story.embargoed)
    if _own_text(story):
        return story
    texts = [story.headline or "" if listed else "", *story.body_text.split("\n\n"), story.description_text or ""]
    notes = story.ednote.split("\n") if story.ednote else []
    more = [text for text in texts if text and text not in (story.ednote or "")]
    return replace(
        story,
        headline=None if listed else story.headline,
        body_text="",
        description_text=None,
        entities=(),
        ednote=wire_copy.joined_once(notes, more),
    )
