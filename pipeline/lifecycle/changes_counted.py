"""The figures that changed between two versions of a story: where text was rewritten, and the toll of the news."""

from collections.abc import Iterable, Sequence

from pipeline.lifecycle.changes_figures import Difference, Figure, differences, figures
from pipeline.lifecycle.changes_text import LONGEST_LEAD, Paragraph, lead, paragraphs
from pipeline.lifecycle.changes_words import KINDS
from pipeline.story import Casualties, Story

LONGEST_HEADLINE = 1_000
MOST_EVENTS = 200
"""Events of a story that are looked at: as many as the enricher gives."""
_NEAR = 5
"""Paragraphs in which a toll is the news and not its background."""

Part = tuple[str, Paragraph | None]
"""A text of a version, and the paragraph that it is of; None for a headline."""


def figure_differences(before: Story, after: Story, rewritten: Iterable[tuple[Part, Part]]) -> list[Difference]:
    """The figures of `after` that took the place of others in the headline, in the rewritten parts, or as the toll.

    Each once. A toll is news where headline or lead gives it; if neither gave one before, it is the first and has
    nothing before it.
    """
    pairs = [(_headline(before), _headline(after))]
    pairs += [(_read(before, *old), _read(after, *new)) for old, new in rewritten]
    found = [each for old, new in pairs for each in differences(old, new)]
    return list(_once([*found, *_tolls(before, after, {each.after.unit for each in found})]))


def _headline(story: Story) -> list[Figure]:
    return figures((story.headline or "")[:LONGEST_HEADLINE], story.language)


def _read(story: Story, text: str, paragraph: Paragraph | None) -> list[Figure]:
    """The figures of a text, with the casualties that an enricher read in its paragraph."""
    return figures(text, story.language, (each for each in _hurt(story, paragraph) if each.span.text in text))


def _hurt(story: Story, paragraph: Paragraph | None) -> Iterable[Casualties]:
    if paragraph is None:
        return ()
    told = (each for event in story.events[:MOST_EVENTS] if event.status == "asserted" for each in event.casualties)
    return (each for each in told if paragraph.start <= each.span.start < paragraph.end)


def _tolls(before: Story, after: Story, known: set[str]) -> Iterable[Difference]:
    """The tolls that headline or lead gives now and that differ from what stood in headline, lead or just below."""
    news_before, near_before = _told(before)
    news_after, near_after = _told(after)
    for kind in KINDS:
        if kind in known:
            continue
        old, new = (_of_kind(each, kind) for each in (news_before + near_before, news_after + near_after))
        there = {figure.value for figure in old}
        if not new or not (_of_kind(news_after, kind) or _of_kind(news_before, kind)):
            continue
        if not old:
            yield Difference(None, new[0])
        elif not any(figure.value in there for figure in new):
            yield Difference(old[0], new[0])


def _told(story: Story) -> tuple[list[Figure], list[Figure]]:
    """The figures of headline and lead, and those of the paragraphs just below."""
    first = lead(story.body_text)
    below = paragraphs(story.body_text, first.end if first else 0, min(len(story.body_text), LONGEST_LEAD))[: _NEAR - 1]
    news = [*_headline(story), *(_read(story, first.text, first) if first else ())]
    return news, [figure for each in below for figure in _read(story, each.text, each)]


def _of_kind(found: Sequence[Figure], kind: str) -> list[Figure]:
    return [figure for figure in found if figure.unit == kind]


def _value(figure: Figure) -> tuple[object, ...]:
    return figure.unit, figure.value


def _once(found: Iterable[Difference]) -> Iterable[Difference]:
    """Each change of a number once, with its bounds where one of its places has them."""
    best: dict[tuple[object, ...], Difference] = {}
    for each in found:
        key = (each.before and _value(each.before), _value(each.after))
        if key not in best or (each.after.bound and not best[key].after.bound):
            best[key] = each
    return best.values()
