"""The measures, in the order in which they are shown."""

from dataclasses import dataclass
from typing import Literal

Mean = Literal["F1", "accuracy", "macro F1"]
"""Over all classes together, or the mean of the classes' own that gold has."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that says how good something is, from 0 to 1."""

    name: str
    mean: Mean
    target: float | None = None
    """What issue 6 asks for."""
    by_class: bool = False
    """Whether its classes are worth a table."""


MEASURES = (
    Measure("entities", "F1", by_class=True),
    Measure("entities, 4 classes", "F1", 0.86, by_class=True),
    Measure("entity spans", "F1"),
    Measure("names", "accuracy", 0.95, by_class=True),
    Measure("names, of those found", "accuracy"),
    Measure("roles", "F1"),
    Measure("salience", "F1"),
    Measure("places", "accuracy", 0.92, by_class=True),
    Measure("places, with an id", "accuracy"),
    Measure("places, of those found", "accuracy"),
    Measure("events", "F1", 0.75, by_class=True),
    Measure("events, wherever told", "F1"),
    Measure("events, every party", "F1"),
    Measure("events, one side", "F1"),
    Measure("events, type", "F1"),
    Measure("main event", "accuracy"),
    Measure("actors", "F1"),
    Measure("targets", "F1"),
    Measure("instruments", "F1"),
    Measure("attribution", "F1"),
    Measure("status", "accuracy", 0.85, by_class=True),
    Measure("dates", "accuracy"),
    Measure("places of events", "accuracy"),
    Measure("countries of events", "accuracy"),
    Measure("casualties", "F1", 0.9, by_class=True),
    Measure("casualties of events", "F1"),
    Measure("quotes", "F1", 0.85, by_class=True),
    Measure("quotes, any speaker", "F1"),
    Measure("kinds of quotes", "accuracy"),
    Measure("figures", "F1", by_class=True),
    Measure("figures, value", "F1"),
    Measure("qualifiers", "accuracy"),
    Measure("what figures are of", "accuracy"),
    Measure("topics", "accuracy", 0.85),
    Measure("topics, all", "F1", by_class=True),
    Measure("types and statuses", "F1", by_class=True),
    Measure("root, macro F1", "macro F1", 0.82, by_class=True),
    Measure("root among others", "accuracy"),
)
BY_NAME = {measure.name: measure for measure in MEASURES}
