"""What a line about a story says of its life: flash, urgent, corrected, updated, reinstated, and what changed."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from pipeline.lifecycle.priority import urgent
from pipeline.story import Changes, Story

_FLASH, _URGENT, _CORRECTED, _REINSTATED, _UPDATED = (
    "bold white on red", "bold red", "bold yellow", "bold magenta", "cyan",
)  # fmt: skip
_CORRECTING = ("correct", "berichtig", "rectif", "correg", "corrig")
"""How the signals of corrections begin, in the languages of signals.py."""


def marks(story: Story) -> Text:
    """The marks of a story that may be seen, by itself and by what it changed; empty where there is none."""
    return Text("  ").join(Text(mark, style=style) for mark, style in _marks(story))


def other_signals(story: Story) -> list[str]:
    """Its signals but those that `marks` says."""
    said = {mark.casefold() for mark, _ in _marks(story)}
    return [signal for signal in story.signals if signal.casefold() not in said]


def told(changes: Changes | None, summary: str) -> Text | None:
    """A line that says what the version changed; \u25cf where the news did."""
    if changes is None or not (summary or changes.material):
        return None
    mark = Text("\u25cf ", style="bold yellow") if changes.material else Text("")
    return mark.append(summary or "corrected, by its own word", style="cyan")


def _marks(story: Story) -> Iterator[tuple[str, str]]:
    said: Sequence[str] = (*story.signals, story.profile or "")
    if any(word.casefold() == "flash" for word in said):
        yield "FLASH", _FLASH
    elif urgent(story):
        yield "URGENT", _URGENT
    if any(word.casefold().startswith(_CORRECTING) for word in said):
        yield "corrected", _CORRECTED
    elif story.changes and story.reinstates is None:
        yield "updated", _UPDATED
    if story.reinstates is not None:
        yield "reinstated", _REINSTATED
