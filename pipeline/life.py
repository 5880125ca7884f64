"""What the ledger keeps of a story. What becomes of it: lifecycle/life.py."""

from dataclasses import dataclass

from pipeline.story import PubStatus, Time


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What is known of one story."""

    uri: str
    newest: int
    """The revision that decides."""
    status: PubStatus
    timed: bool = False
    """Whether the newest version has a version time."""
    numbered: bool = False
    """Whether it has a version number."""
    embargoed: Time | None = None
    released: bool = False
    """Whether the newest version was let out."""
    public: bool = False
    """Whether wire.stories holds anything of it, so that hiding it needs a mark."""
    shown: int | None = None
    """The version whose text was public last, unless it was killed: what the next changes are told against."""
    since: int | None = None
    """The version that the newest one, where it is shown, is told to have changed, unless that was killed since."""
    over: int | None = None
    """The usable version that the newest, which is withheld, took the place of: what a release brings back."""
    killed: int | None = None
    """The revision of its latest kill."""
    enrichment: int = 0
    """The enrichment revision of the newest version."""
    relations: int = 0
    """How often the newest version's group or thread changed."""
    group: str | None = None
    thread: str | None = None
    time: Time | None = None
    """The newest version's time, or when it was received."""
    names: tuple[str, ...] = ()
    """What an advisory may call it: see lifecycle/naming.py."""
