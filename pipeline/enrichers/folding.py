"""One spelling for the forms of a name: 'São Paulo', 'SAO PAULO' and 'Sao-Paulo' are the same key."""

import re
import unicodedata
from functools import lru_cache

_DROPPED = str.maketrans(
    dict.fromkeys("'’‘ʻʼ`´.ʹ") | {"-": " ", "–": " ", "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ß": "ss"}
)
_SAINT = re.compile(r"\b(saint|sainte)\b")


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """`name` without case, accents, apostrophes and full stops; hyphens are spaces; 'saint' is 'st'."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return _SAINT.sub("st", " ".join(bare.translate(_DROPPED).split()))
