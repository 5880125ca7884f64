"""The topics that the agency gives: codes and names of subjects, categories, slug words and keywords.

A subject is mapped where it is a Media Topic (by URI, QCode or bare code), an IPTC Subject Code (as IPTC maps it to
Media Topics; a code that it does not map stands for the broader one), or a name that the table knows in one of its
languages. Subjects of an agency's own scheme without such a name say nothing to us.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise

from pipeline.enrichers.folding import fold
from pipeline.enrichers.tables import members, rows
from pipeline.enrichers.topics.table import in_force, names, subject_codes, table
from pipeline.story import Concept, Story

_CODE = re.compile(r"(?<!\d)(\d{8})(?!\d)")
_OURS = re.compile(r"mediatopic|medtop|subjectcode|\bsubj\b|iptc", re.IGNORECASE)
_CATEGORY = re.compile(r"categor|a1312cat", re.IGNORECASE)
_SLUG_WORDS = re.compile(r"[^\W\d_]+")
_MOST = 200
"""Subjects, keywords and slug words that are looked at."""


def subjects(given: Iterable[Concept]) -> list[str]:
    """The topics that subjects name, each once, in their order; withdrawn ones as what stands above them."""
    found = (_subject(each) for each in list(given)[:_MOST] if not _is_category(each))
    return list(dict.fromkeys(in_force(code) for code in found if code))


def category(given: Iterable[Concept]) -> str | None:
    """The topic that the category in the header of an older format means, where it means one."""
    codes = (each.code or "" for each in given if _is_category(each))
    return next((_categories()[code.lower()] for code in codes if code.lower() in _categories()), None)


def named(story: Story) -> list[str]:
    """The topics that words of the slug and keywords call by the names that desks use."""
    slug = _SLUG_WORDS.findall((story.slugline or "")[:1000])
    pairs = (" ".join(pair) for pair in pairwise(slug))
    written = [*slug, *pairs, *story.keywords]
    known = (_trade_names().get(fold(word[:80])) for word in written[:_MOST])
    return list(dict.fromkeys(code for code in known if code))


def _is_category(concept: Concept) -> bool:
    return bool(_CATEGORY.search(concept.scheme or ""))


def _subject(concept: Concept) -> str | None:
    written, scheme = concept.code or "", concept.scheme or ""
    is_iptc = bool(_OURS.search(scheme) or _OURS.search(written))
    digits = _CODE.search(written)
    if digits and (is_iptc or (not scheme and written == digits[1])):
        return _coded(digits[1])
    return names().get(fold(concept.name[:100])) if concept.name else None


def _coded(code: str) -> str | None:
    """The topic of a Media Topic's or a Subject Code's 8 digits: 2 of the subject, 3 of the matter, 3 of the detail."""
    if code in table():
        return code
    broader = (code, code[:5] + "000", code[:2] + "000000")
    mapped = (subject_codes().get(each) for each in broader)
    top = code[:2] + "000000"
    return next(filter(None, mapped), top if top in table() else None)


@cache
def _categories() -> Mapping[str, str]:
    return dict(rows("topic_categories.tsv"))


@cache
def _trade_names() -> Mapping[str, str]:
    return {fold(name): code for code, called in rows("topic_names.tsv") for name in members(called)}
