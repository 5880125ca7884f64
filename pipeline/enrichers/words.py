"""The words, numbers and marks of a text with their offsets: what rules without a parser read.

'$3.5bn' is '$', '3.5', 'bn'; 'A$3' begins with 'A$'; '90-day' is '90', '-', 'day'; "Sunday's" is 'Sunday', "'", 's';
a blank line is a mark of its own, so that no expression goes across paragraphs.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

BREAK = "\n"
"""What a blank line reads as."""
_WORD = re.compile(
    r"[^\W\d_]+(?:\$(?=[\s\d]))?"  # a word, or a currency sign of several letters
    r"|\d+(?:[.,]\d+)*"
    r"|\n(?=[^\S\n]*\n)"
    r"|[^\w\s]|_"
)
_SENTENCE_ENDS = frozenset({".", "!", "?", BREAK})


@dataclass(frozen=True, slots=True)
class Words:
    """A text as words; the lists are parallel."""

    text: str
    starts: list[int]
    ends: list[int]
    lower: list[str]
    """In lower case."""

    def __len__(self) -> int:
        return len(self.lower)

    def at(self, index: int) -> str:
        """The word there in lower case; an empty one outside the text."""
        try:
            return self.lower[index] if index >= 0 else ""
        except IndexError:
            return ""

    def adjoin(self, index: int) -> bool:
        """Whether nothing stands between the word and the one after it."""
        return 0 <= index < len(self.lower) - 1 and self.ends[index] == self.starts[index + 1]

    def is_capital(self, index: int) -> bool:
        """Whether the word begins with a capital letter."""
        return 0 <= index < len(self.lower) and self.text[self.starts[index]].isupper()

    def slice(self, first: int, last: int) -> str:
        """The text from the word `first` to the word `last`, included."""
        return self.text[self.starts[first] : self.ends[last]]


@lru_cache(maxsize=4)
def words(text: str) -> Words:
    """The words of `text`; the last few texts are kept, since several components read the same one."""
    found = [match.span() for match in _WORD.finditer(text)]
    lower = [text[start:end].lower() for start, end in found]
    return Words(text, [start for start, _ in found], [end for _, end in found], lower)


@cache
def word_lists(name: str) -> dict[str, frozenset[str]]:
    """The lists of a TOML file of data/, each a set of words."""
    lists = tomllib.loads((files(__package__) / "data" / name).read_text(encoding="utf-8"))
    return {key: frozenset(words.split()) for key, words in lists.items()}


def ends_sentence(read: Words, index: int) -> bool:
    """Whether the mark there ends a sentence: a full stop does not after a single letter or a known abbreviation."""
    word = read.lower[index]
    if word not in _SENTENCE_ENDS:
        return False
    if word != ".":
        return True
    following = read.text[read.ends[index] : read.ends[index] + 2]
    before = read.at(index - 1)
    return (
        following[:1] in {"", " ", "\n", '"', "”", ")"}
        and len(before) > 1
        and before not in word_lists("time_words.toml")["abbreviations"]
    )
