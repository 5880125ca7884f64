"""JSON as it arrives: one value, an array, values one after another or one a line; whole or cut off."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import orjson

from pipeline.errors import TerminalError

_BETWEEN = re.compile(r"[\s,]*")


def values(text: str) -> Iterator[Any | TerminalError]:
    """The values in `text`, the elements of an array one by one, and an error for each that cannot be read.

    What strict JSON refuses but is plain in meaning is tamed: control characters in strings are kept, NaN becomes
    null, integers of any length become numbers. Of duplicate keys the last counts. A value that begins but does not
    end makes an error; those before it are read. TerminalError when there is not one value.
    """
    try:
        whole = orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeError):
        yield from _lines(text) or _one_after_another(text)
    else:
        yield from whole if isinstance(whole, list) else (whole,)


def _lines(text: str) -> Iterator[Any | TerminalError] | None:
    """The values of JSON lines; None when the text is not one value a line."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    own = sum(line.lstrip().startswith("{") and line.rstrip(" ,\t").endswith("}") for _, line in lines)
    if len(lines) < 2 or own < len(lines) / 2 or own < 2:
        return None
    return (_line(number, line) for number, line in lines)


def _line(number: int, line: str) -> Any | TerminalError:
    try:
        value, end = _decode(line, len(line) - len(line.lstrip()), number)
        if line[end:].strip(" \t,"):
            return TerminalError("Something follows the JSON value on its line.", item=f"line {number}")
    except TerminalError as error:
        return TerminalError(error.cause, item=f"line {number}")
    return value


def _one_after_another(text: str) -> Iterator[Any | TerminalError]:
    start = _skip(text, 0)
    array = text.startswith("[", start)
    position = _skip(text, start + array)
    number = 0
    while position < len(text) and not (array and text.startswith("]", position)):
        try:
            value, position = _decode(text, position)
        except TerminalError as error:
            if number == 0:
                raise
            yield TerminalError(error.cause, item=f"number {number + 1}")
            return
        yield value
        number += 1
        position = _skip(text, position)


def _decode(text: str, position: int, first_line: int = 1) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, position)
    except json.JSONDecodeError as error:
        near = text[max(error.pos - 20, 0) : error.pos + 20].replace("\n", " ").strip()
        ended = "It is cut off" if error.pos >= len(text.rstrip()) or "Unterminated" in error.msg else "It is broken"
        raise TerminalError(
            f"This is not valid JSON. {ended} at line {error.lineno + first_line - 1}, column {error.colno},"
            f" near '{near}': {error.msg}."
        ) from error
    except RecursionError as error:
        raise TerminalError("This JSON is nested too deeply to be read.") from error


def _skip(text: str, position: int) -> int:
    """The position of the next value."""
    between = _BETWEEN.match(text, position)
    return between.end() if between else position


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) < 19 else _finite(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else math.copysign(1e308, value)


_DECODER = json.JSONDecoder(strict=False, parse_int=_number, parse_float=_finite, parse_constant=lambda _: None)
