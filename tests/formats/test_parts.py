"""The parts that formats share: layout, markup, times."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from pipeline.formats import layout, markup
from pipeline.formats.times import find_time, parse_time


def paragraphs(text: str) -> list[str]:
    return layout.paragraphs(text, lambda _line, _following: False)


WRAPPED = """The congress of Peru voted on Tuesday to remove President Mateo
Quispe from office, hours after police shot dead at least six
protesters in Cusco."""
WHOLE = " ".join(WRAPPED.split("\n"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.\nTwo.\nThree.", ["One.", "Two.", "Three."]),
        ("One.\n\nTwo.\n\n\n\nThree.\n", ["One.", "Two.", "Three."]),
        (WRAPPED, [WHOLE]),
        (f"{WRAPPED}\n\n{WRAPPED}", [WHOLE, WHOLE]),
        ("   " + f"{WRAPPED}\n   {WRAPPED}", [WHOLE, WHOLE]),
        ("\t" + f"{WRAPPED}\n\t{WRAPPED}", [WHOLE, WHOLE]),
        (f"{WRAPPED}\nHe left.", [WHOLE, "He left."]),
        (f"{WRAPPED.upper()}\n\n{WRAPPED.upper()}", [WHOLE.upper(), WHOLE.upper()]),
        (f"{WRAPPED}\n\nCopper   9,120\nZinc     2,410\n\nEnd.", [WHOLE, "Copper   9,120\nZinc     2,410", "End."]),
        ("a" * 120 + " b\nc " + "d" * 120, ["a" * 120 + " b", "c " + "d" * 120]),
        ("Lima 2 Cusco 1\nArequipa 0 Piura 0", ["Lima 2 Cusco 1", "Arequipa 0 Piura 0"]),
        ("", []),
        (" \n\t\n", []),
    ],
)
def test_layout(text: str, expected: list[str]) -> None:
    assert paragraphs(text) == expected


@pytest.mark.parametrize("width", range(50, 100, 7))
def test_wrapped_at_any_width(width: int) -> None:
    words = (WHOLE + " " + WHOLE.replace("Peru", "the north").replace("Tuesday", "a long and rainy Wednesday")).split()
    lines = [""]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    assert paragraphs("\n".join(lines)) == [" ".join(words)]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One &amp; two.</p><p>Three<br>four</p>", ["One & two.", "Three", "four"]),
        ("No tags at all", ["No tags at all"]),
        ("<p>Not closed<p>Second <b>bold</b> text", ["Not closed", "Second bold text"]),
        ("<ul><li>One</li><li>Two</li></ul>", ["• One", "• Two"]),
        ("<script>x</script><style>y</style><p>Text</p><!-- no -->", ["Text"]),
        ("<pre>  a  1\n  b  2</pre>", ["  a  1\n  b  2"]),
        (
            "<table><tr><th>City</th><th>Dead</th></tr><tr><td>Lima</td><td>6</td></tr></table>",
            ["City   Dead\nLima   6"],
        ),
        ("<table><tr><td><p>A layout</p></td></tr><tr><td>table</td></tr></table>", ["A layout", "table"]),
        ("<td>Stray cell</td> text", ["Stray cell text"]),
        ("<div>" * 3000 + "deep" + "</div>" * 3000, ["deep"]),
        ("<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><p>a&e;b</p>", ["]>", "a&e;b"]),
        ("a < b and c > d", ["a < b and c > d"]),
    ],
    ids=range(12),
)
def test_markup(html: str, expected: list[str]) -> None:
    assert markup.paragraphs(html) == expected


NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "time", "assumed"),
    [
        ("2026-03-03T12:00:00Z", NOON, False),
        ("2026-03-03T12:00:00+00:00", NOON, False),
        ("2026-03-03T12:00:00.000+0000", NOON, False),
        ("2026-03-03 12:00", NOON, True),
        ("2026-03-03T12:00:00", NOON, True),
        ("2026-03-03T12:00:00 UTC", NOON, False),
        ("2026-03-03T07:00:00-05:00", NOON.astimezone(timezone(timedelta(hours=-5))), False),
        ("2026-03-03T14:00:00+02", NOON, False),
        ("2026-03-03", NOON.replace(hour=0), True),
        ("20260303T120000Z", NOON, False),
        ("20260303", NOON.replace(hour=0), True),
        ("20260303T120000+0000", NOON, False),
        ("Tue, 03 Mar 2026 12:00:00 GMT", NOON, False),
        ("2026-03-03T12:00:00.1234567Z", NOON.replace(microsecond=123456), False),
        ("2026-06-30T23:59:60Z", datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC), False),
        (1772539200, NOON, False),
        (1772539200000, NOON, False),
        ("yesterday", None, False),
        ("2026-13-01", None, False),
        ("0001-01-01T00:00:00+14:00", None, False),
        ("9999-12-31T23:59:59-14:00", None, False),
        ("", None, False),
        (7, None, False),
        (float("nan"), None, False),
        (1e300, None, False),
        (True, None, False),
        (None, None, False),
        (["2026-03-03"], None, False),
        ("2026-03-03T12:00:00Z" * 10, None, False),
    ],
)
def test_times(value: Any, time: datetime | None, assumed: bool) -> None:
    assert parse_time(value) == (time, assumed)


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("EMBARGOED UNTIL 0001 GMT, Wednesday, March 4, 2026", datetime(2026, 3, 4, 0, 1, tzinfo=UTC)),
        ("Embargo: 4 March 2026, 00:01 GMT", datetime(2026, 3, 4, 0, 1, tzinfo=UTC)),
        ("Embargoed until 2026-03-04T00:01:00+01:00", datetime(2026, 3, 3, 23, 1, tzinfo=UTC)),
        ("EMBARGOED UNTIL 0001 GMT MARCH 4", None),
        ("EMBARGOED UNTIL 6 p.m. March 4, 2026", None),
        ("EMBARGOED UNTIL 2561 GMT, March 4, 2026", None),
        ("EMBARGOED UNTIL 0001 GMT, Foo 4, 2026", None),
        ("EMBARGOED", None),
    ],
)
def test_find_time(line: str, time: datetime | None) -> None:
    assert find_time(line) == time
