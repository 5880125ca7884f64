"""What changed between two versions of a story, and whether the news did.

Material is a version

- that says it is corrected, and not of its spelling only;
- with another figure in the headline, in a rewritten paragraph, or as the toll that headline and lead give;
- whose headline or lead gained or lost a name, or where one name took another's place in a rewritten paragraph;
- whose headline or lead tells news: three tenths of the headline's content words, or half of the lead's, stood neither
  in headline nor text before, or the headline was turned round (a negation, who beat whom); or a text where there was
  none;
- with an event in its lead or in a rewritten paragraph of a type or status that nothing had before;
- that gained or lost a negation in a passage otherwise left as it was.

Not material are other words, punctuation and typography, paragraphs moved, cut or added below the lead (their figures,
names and events are background until the lead takes them up), a bound that fell away ('at least six', now 'six'), and
headings, notes and metadata.

A pure function; time and memory are bounded: changes_alignment.py, changes_figures.py and changes_names.py say by what.
"""

from collections.abc import Iterable, Iterator, Sequence

from pipeline.lifecycle.changes_alignment import Alignment, Passage, align
from pipeline.lifecycle.changes_counted import LONGEST_HEADLINE, figure_differences
from pipeline.lifecycle.changes_names import Name, missing, words_of
from pipeline.lifecycle.changes_sense import denied, says_corrected, tells_news, turned
from pipeline.lifecycle.changes_text import LONGEST_LEAD, Paragraph, lead, plain
from pipeline.lifecycle.changes_words import language
from pipeline.story import Change, Changes, Event, EventStatus, EventType, Story

LEFT_OUT = "…"
"""The last of a list that was cut, and where a paragraph was."""
MOST_PARAGRAPHS = 50
LONGEST_LIST = 20_000
"""Code points of all paragraphs in a list together."""
LONGEST_PARAGRAPH = 2_000
MOST_FIGURES = 50
MOST_NAMES = 100
LONGEST_NAME = 200
_NEW_IN_HEADLINE, _NEW_IN_LEAD = 0.3, 0.5
"""Share of content words that are new, beyond which the headline or the lead tells news."""
_CONTEXT = 200
"""Characters kept before the first difference of a rewritten paragraph that is too long to be shown whole."""


def changes(before: Story, after: Story) -> Changes:
    """What `after` changed against `before`, an earlier version of the same story.

    Of a version that may not be seen, only that the status changed: nothing here repeats its text.
    """
    if before.pubstatus != "usable" or after.pubstatus != "usable":
        return Changes(since=before.revision, material=before.pubstatus != after.pubstatus)
    alignment = align(before.body_text, after.body_text)
    parts = [((old.text, old.paragraph), (new.text, new.paragraph)) for old, new in alignment.rewritten]
    figures = figure_differences(before, after, parts)
    come, gone = missing(after, before), missing(before, after)
    news = any(each.material for each in figures) or _corrected(before, after) or _another_headline(before, after)
    return Changes(
        since=before.revision,
        material=news or _another_name(before, after, come, gone, alignment) or _another_text(before, after, alignment),
        headline=_headline(before, after),
        added=tuple(_listed(each.text for each in alignment.added)),
        removed=tuple(_listed(each.text for each in alignment.removed)),
        rewritten=tuple(_rewritten(alignment.rewritten)),
        figures=tuple(each.shown() for each in figures[:MOST_FIGURES]),
        names_added=tuple(_names(come)),
        names_removed=tuple(_names(gone)),
    )


def _headline(before: Story, after: Story) -> Change | None:
    old, new = _first(before), _first(after)
    return Change(before=old, after=new) if plain(old) != plain(new) else None


def _first(story: Story) -> str:
    return (story.headline or "")[:LONGEST_HEADLINE]


def _corrected(before: Story, after: Story) -> bool:
    """Whether it says that it is corrected, and the version before did not say the same."""
    return bool(says_corrected(after) - says_corrected(before))


def _another_headline(before: Story, after: Story) -> bool:
    """Whether both have a headline, and it says something else."""
    if not before.headline or not after.headline or plain(_first(before)) == plain(_first(after)):
        return False
    spoken = language(after.language)
    return turned(_first(before), _first(after), spoken) or tells_news(
        _first(after), _known(before), _NEW_IN_HEADLINE, spoken
    )


def _known(story: Story) -> tuple[str, str]:
    """What the news of a version was: its headline and the beginning of its text."""
    return _first(story), story.body_text[:LONGEST_LEAD]


def _another_name(
    before: Story, after: Story, come: Sequence[Name], gone: Sequence[Name], alignment: Alignment
) -> bool:
    """Whether headline or lead gained or lost a name, or a rewritten passage has one for another of its type."""
    if any(name.in_text(_news(after)) for name in come) or any(name.in_text(_news(before)) for name in gone):
        return True
    for old, new in alignment.rewritten if come and gone else ():
        lost, won = words_of(old.text), words_of(new.text)
        types = {name.entity.type for name in gone if name.in_text(lost)}
        if any(name.entity.type in types for name in come if name.in_text(won)):
            return True
    return False


def _news(story: Story) -> str:
    first = lead(story.body_text)
    return words_of(_first(story), first.text if first else "")


def _another_text(before: Story, after: Story, alignment: Alignment) -> bool:
    """Whether the lead tells news, or a passage is denied or tells of an event of another kind."""
    first = lead(after.body_text)
    if first is not None:
        if not before.body_text.strip():
            return True
        changed = (*alignment.added, *(new for _, new in alignment.rewritten))
        told = next((each for each in changed if each.paragraph.start == first.start), None)
        if told is not None and tells_news(first.text, _known(before), _NEW_IN_LEAD, language(after.language)):
            return True
    if any(denied(old.text, new.text, language(after.language)) for old, new in alignment.rewritten):
        return True
    return _another_event(before, after, [new.paragraph for _, new in alignment.rewritten])


def _another_event(before: Story, after: Story, rewritten: Sequence[Paragraph]) -> bool:
    """Whether lead or rewritten paragraphs tell of an event of a type or status that nothing had before."""
    first = lead(after.body_text)
    told = _within(after.events, [*rewritten, first] if first else rewritten)
    return _alike(before, after) and not _kinds(told) <= _kinds(before.events)


def _alike(before: Story, after: Story) -> bool:
    """Whether the same enrichers read both: else what differs may be theirs."""
    made = before.provenance.components
    return bool(made) and made == after.provenance.components


def _within(events: Iterable[Event], told: Iterable[Paragraph]) -> Iterator[Event]:
    spans = list(told)
    return (each for each in events if any(one.start <= each.trigger.start < one.end for one in spans))


def _kinds(events: Iterable[Event]) -> set[tuple[EventType, EventStatus]]:
    return {(event.type, event.status) for event in events}


def _listed(texts: Iterable[str]) -> Iterator[str]:
    """The paragraphs, as far as they fit."""
    room = LONGEST_LIST
    for number, text in enumerate(texts):
        shown = _cut(text, 0)
        room -= len(shown)
        if number == MOST_PARAGRAPHS or room < 0:
            yield LEFT_OUT
            return
        yield shown


def _rewritten(pairs: Iterable[tuple[Passage, Passage]]) -> Iterator[Change]:
    """The same for pairs, each cut about its first difference."""
    room = LONGEST_LIST
    for number, (old, new) in enumerate(pairs):
        start = _first_difference(old.text, new.text)
        shown = Change(before=_cut(old.text, start), after=_cut(new.text, start))
        room -= len(shown.before) + len(shown.after)
        if number == MOST_PARAGRAPHS or room < 0:
            yield Change(before=LEFT_OUT, after=LEFT_OUT)
            return
        yield shown


def _first_difference(old: str, new: str) -> int:
    return next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def _cut(text: str, about: int) -> str:
    """At most LONGEST_PARAGRAPH of the text, `about` within it."""
    if len(text) <= LONGEST_PARAGRAPH:
        return text
    start = max(about - _CONTEXT, 0)
    start = 0 if start + _CONTEXT <= LONGEST_PARAGRAPH - _CONTEXT else start
    length = LONGEST_PARAGRAPH - 2 * len(LEFT_OUT)
    kept = text[start : start + length]
    return f"{LEFT_OUT if start else ''}{kept}{LEFT_OUT if start + length < len(text) else ''}"


def _names(found: Iterable[Name]) -> Iterator[str]:
    names = dict.fromkeys(each.entity.name[:LONGEST_NAME] for each in found)
    return iter(list(names)[:MOST_NAMES])
