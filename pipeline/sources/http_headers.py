"""What HTTP's headers say, read without trust: media type and charset, times, seconds, whole numbers."""

import re
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
_LONGEST = 300


def content_type(value: str | None) -> tuple[str | None, str | None]:
    """Media type and charset of a Content-Type, in lower case; None for what it does not say."""
    if not value or "/" not in value[:_LONGEST]:
        return None, None
    message = Message()
    try:
        message["Content-Type"] = _CONTROLS.sub(" ", value[:_LONGEST])
        charset = message.get_content_charset()
        return message.get_content_type(), _label(charset)
    except (ValueError, LookupError, TypeError):  # RFC 2231's ways of writing a parameter
        return value[:_LONGEST].partition(";")[0].strip().lower(), None


def _label(charset: str | None) -> str | None:
    return charset if charset and re.fullmatch(r"[A-Za-z0-9._:+-]{1,40}", charset) else None


def seconds_until(value: str | None, now: float) -> float | None:
    """Retry-After (seconds, or a date) as seconds from `now`, a POSIX time; None where it says neither."""
    if value is None:
        return None
    if re.fullmatch(r"\s*\d{1,12}\s*", value):
        return float(value)
    try:
        found = parsedate_to_datetime(value[:_LONGEST])
        return max(0.0, (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() - now)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def max_age(cache_control: str | None, age: str | None) -> float:
    """Seconds for which a cache need not ask again; 0 where nothing says so."""
    directives = (cache_control or "")[:_LONGEST].lower()
    found = re.search(r"(?<![\w-])max-age\s*=\s*\"?(\d{1,12})", directives)
    if found is None or re.search(r"(?<![\w-])no-(?:cache|store)", directives):
        return 0.0
    spent = float(age) if age and re.fullmatch(r"\d{1,12}", age.strip()) else 0.0
    return max(0.0, float(found[1]) - spent)


def one_line(text: str, most: int = 200) -> str:
    """`text` fit to be a name: on one line, without control and direction characters, at most `most` characters."""
    return " ".join(_CONTROLS.sub(" ", text[: 4 * most]).split())[:most]


def utf8(value: str) -> str:
    """A header's value, which arrives as latin-1, as the UTF-8 that it often is."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def moment(value: str | None) -> datetime | None:
    """A time of RFC 822 (RSS) or ISO 8601 (Atom, dc:date); one without a zone is in UTC."""
    text = (value or "").strip()[:64]
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None
