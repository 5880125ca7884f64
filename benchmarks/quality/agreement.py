"""How far two labellings of the same stories agree, by the measures that score what the pipeline finds."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.quality.gold import load
from benchmarks.quality.runs import SetRun, collect
from benchmarks.quality.sets import score_story


def pairs(folder: Path, second: str) -> list[tuple[Path, Path]]:
    """The stories of `folder` with two labellings: NN-slug.toml and NN-slug.SECOND.toml."""
    others = sorted(folder.glob(f"*.{second}.toml"))
    firsts = [path.with_name(f"{path.name.split('.')[0]}.toml") for path in others]
    return [(one, other) for one, other in zip(firsts, others, strict=True) if one.exists()]


def agree(files: Sequence[tuple[Path, Path]]) -> SetRun:
    """The second labelling against the first; ValueError, a sentence, where one of them has faults."""
    labelled = [load([pair[side] for pair in files]) for side in (0, 1)]
    faults = [fault for _, wrong in labelled for fault in wrong]
    if faults:
        raise ValueError(f"{faults[0]} (`check` says the {len(faults)} faults)")
    both = zip(labelled[0][0], labelled[1][0], strict=True)
    return collect("agreement", [score_story(one.name, one.story, other.story) for one, other in both])
