"""Datelines that are a field of their own."""

import pytest

from pipeline.formats.datelines import in_field, split


@pytest.mark.parametrize(
    ("text", "places", "date", "agency"),
    [
        ("LIMA, March 3, 2026 (Agency) -", ("Lima",), "March 3, 2026", "Agency"),
        ("Strasbourg, 10 juil 2026 (Agence)", ("Strasbourg",), "10 juil 2026", "Agence"),
        ("LIMA/GENEVA (Meridian Press) -", ("Lima", "Geneva"), None, "Meridian Press"),
        ("Oslo", ("Oslo",), None, None),
        ("Paris, France", ("Paris, France",), None, None),
    ],
)
def test_a_dateline_in_a_field(text: str, places: tuple[str, ...], date: str | None, agency: str | None) -> None:
    found = in_field(text)
    assert found is not None
    assert (found.places, found.date, found.agency) == (places, date, agency)


@pytest.mark.parametrize("text", ["", "4/4/2026", "20260303T120000Z", "20260303", "by our own correspondent"])
def test_a_field_that_is_no_dateline(text: str) -> None:
    assert in_field(text) is None


@pytest.mark.parametrize("dash", ["-", "--", "–", "—", "_", ":"])
def test_the_dash_after_a_dateline(dash: str) -> None:
    found, rest = split(f"LIMA, Peru (Agency) {dash} The ferry sank.")
    assert found is not None
    assert (found.text, rest) == (f"LIMA, Peru (Agency) {dash}", "The ferry sank.")
