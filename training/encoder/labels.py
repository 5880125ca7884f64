"""What the encoder tells of each piece of text, and how the labels of public sets translate.

A public set often says less than we do: its 'Location' is our `gpe` or `location`. Such a label stands for the set of
ours that it may mean, and training asks only that their probabilities together be high (partial labels: Cour, Sapp and
Taskar, 2011).
"""

from collections.abc import Mapping

OTHER = "other"
"""Names that are none of our types: works, languages, prizes. Told from the rest, and left out when a story is read."""
ENTITIES = ("person", "organisation", "gpe", "location", "facility", "norp", "product", "event", "law", OTHER)
TAGS = ("O", *(f"{mark}-{kind}" for kind in ENTITIES for mark in "BI"))

_SPLIT = ("gpe", "location")
CONLL: Mapping[str, tuple[str, ...]] = {
    "PER": ("person",),
    "ORG": ("organisation",),
    "LOC": (*_SPLIT, "facility"),
    "MISC": ("norp", "product", "event", "law", OTHER),
}
WORLDWIDE: Mapping[str, tuple[str, ...]] = {
    "Person": ("person",),
    "Organization": ("organisation",),
    "Location": _SPLIT,
    "Facility": ("facility",),
    "NORP": ("norp",),
    "Product": ("product",),
    "Misc": ("event", "law", OTHER, "product"),
    "Date": (),
    "Money": (),
}
FOUR: Mapping[str, str] = {
    "person": "PER",
    "organisation": "ORG",
    "gpe": "LOC",
    "location": "LOC",
    "facility": "LOC",
    **dict.fromkeys(("norp", "product", "event", "law", OTHER), "MISC"),
}
"""Our types as CoNLL-2003 counts them."""

EVENTS = (
    "AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT", "REQUEST",
    "ACCUSE", "REJECT", "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT",
    "DISASTER", "ACCIDENT", "CRIME", "TRIAL", "ELECTION", "APPOINTMENT", "DEATH", "STRIKE", "EARNINGS", "MERGER",
    "MARKET", "POLICY", "LAUNCH", "SPORT", "WEATHER", "OUTBREAK",
)  # fmt: skip
TRIGGERS = ("none", *EVENTS)
"""What a piece says happened: only the first piece of a trigger has a type."""
STATUSES = ("asserted", "denied", "negated", "hypothetical", "planned", "demanded", "background")
ROLES = ("none", "actor", "target", "instrument", "place", "date", "attribution")
"""What a piece is to an event that another tells."""
