"""Train the encoder and score it: `python -m training.encoder --data FOLDER --out FOLDER`.

FOLDER of the data holds the public sets, which are not part of this project: conllpp_train.txt, conllpp_dev.txt,
conllpp_test.txt (CoNLL-2003 with corrected labels) and processed_annotated/ of en-worldwide-newswire. The paragraphs in
own/ are trained on too, but for one in eight.
"""

import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import numpy as np
import torch
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from training.encoder import event_scores
from training.encoder.data import Document, columns, gold, told
from training.encoder.decode import best, spans
from training.encoder.labels import CONLL, FOUR, TAGS, WORLDWIDE
from training.encoder.model import Encoder, loss, pieces, tokenizer
from training.encoder.windows import Window, batches, windows

TOKENS = 1_024
"""Sub-words of a batch."""
LONGEST = (128, 128, 64, 32)
RATE, HEAD_RATE, DECAY, WARM = 2e-4, 1e-3, 0.01, 0.08
OWN = Path(__file__).with_name("own")
OFTEN = 3
"""How often a paragraph of our own is trained on in one pass: they are few, and alone tell events."""
out = Console()


def split(documents: Sequence[Document], share: float) -> tuple[list[Document], list[Document]]:
    """The documents, and a share of them kept aside, always the same."""
    order = list(documents)
    random.Random(1).shuffle(order)
    aside = round(share * len(order))
    return order[aside:], order[:aside]


def own() -> tuple[list[Document], list[Document]]:
    """Our own paragraphs, and an eighth of them kept aside."""
    return split([document for file in sorted(OWN.glob("*.jsonl")) for document in told(file)], 1 / 8)


def load(folder: Path) -> tuple[list[Document], dict[str, list[Document]]]:
    """What is trained on, and the sets to score on by name."""
    conll = {part: list(columns(folder / f"conllpp_{part}.txt", CONLL)) for part in ("train", "dev", "test")}
    files = sorted((folder / "processed_annotated").glob("*.tsv"))
    world = [document for file in files for document in columns(file, WORLDWIDE)]
    train, aside = split(world, 0.1)
    return [*conll["train"], *train], {"CoNLL dev": conll["dev"], "CoNLL test": conll["test"], "worldwide": aside}


def optimiser(encoder: Encoder) -> torch.optim.Optimizer:
    """AdamW with a rate of its own for the head, no decay of biases and norms."""
    named = [(name, each) for name, each in encoder.named_parameters() if each.requires_grad]
    head = [each for name, each in named if not name.startswith("bert.")]
    plain = [each for name, each in named if name.startswith("bert.") and each.ndim < 2]
    body = [each for name, each in named if name.startswith("bert.") and each.ndim >= 2]
    groups = [
        {"params": head, "lr": HEAD_RATE, "weight_decay": DECAY},
        {"params": plain, "lr": RATE, "weight_decay": 0.0},
        {"params": body, "lr": RATE, "weight_decay": DECAY},
    ]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), eps=1e-6)


def train(encoder: Encoder, documents: Sequence[Document], epochs: int, seed: int, every: Path) -> None:
    """Some passes over the documents; the weights are kept after each."""
    coder = tokenizer()
    steps = epochs * sum(1 for _ in batches(list(windows(coder, documents, LONGEST, seed)), TOKENS, None))
    made = optimiser(encoder)
    rates = torch.optim.lr_scheduler.LambdaLR(
        made, lambda step: min(step / (WARM * steps), max(0.0, (steps - step) / ((1 - WARM) * steps)))
    )
    with Progress(console=out) as progress:
        bar = progress.add_task("Training", total=steps)
        for epoch in range(epochs):
            encoder.train()
            recent: list[float] = []
            packed = list(windows(coder, documents, LONGEST, seed + epoch))
            for batch, _ in batches(packed, TOKENS, seed + epoch):
                made.zero_grad()
                found = loss(encoder, batch)
                found.backward()
                torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
                made.step()
                rates.step()
                recent = [*recent[-199:], found.item()]
                if rates.last_epoch % 100 == 0 and not out.is_terminal:
                    out.print(f"{rates.last_epoch:,} of {steps:,}: loss {np.mean(recent):.3f}")
                progress.update(bar, advance=1, description=f"Training, loss {np.mean(recent):.3f}")
            torch.save(encoder.state_dict(), every / "encoder.pt")


def score(encoder: Encoder, documents: Sequence[Document], kinds: Mapping[str, str]) -> dict[str, tuple[int, int, int]]:
    """Of each class, by `kinds`, the names found rightly, found, and to be found; exact spans."""
    encoder.eval()
    packed = list(windows(tokenizer(), documents, (128,), 0))
    right, found, wanted = Counter[str](), Counter[str](), Counter[str]()
    with torch.no_grad():
        for batch, group in batches(packed, 4 * TOKENS, None):
            rows = pieces(encoder, batch)[0].numpy()
            for ours, theirs in _pairs(rows, group, kinds):
                right.update(kind for *_, kind in ours & theirs)
                found.update(kind for *_, kind in ours)
                wanted.update(kind for *_, kind in theirs)
    return {kind: (right[kind], found[kind], wanted[kind]) for kind in sorted(wanted | found)}


def _pairs(rows: np.ndarray, group: Sequence[Window], kinds: Mapping[str, str]):  # noqa: ANN202
    at = 0
    for window in group:
        for sentence in window.sentences:
            tags = best(rows[at : at + len(sentence.pieces)])
            at += len(sentence.pieces)
            pair = ([TAGS[tag] for tag in tags], gold(sentence))
            yield tuple({(a, b, kinds[kind]) for a, b, kind in spans(each)} for each in pair)


def table(name: str, counts: Mapping[str, tuple[int, int, int]]) -> Table:
    """Precision, recall and F1."""
    made = Table(name, "precision", "recall", "F1", "names")
    total = tuple(map(sum, zip(*counts.values(), strict=True)))
    for kind, (right, found, wanted) in {**counts, "all": total}.items():
        precision, recall = right / max(found, 1), right / max(wanted, 1)
        f1 = 2 * right / max(found + wanted, 1)
        made.add_row(kind, f"{precision:.1%}", f"{recall:.1%}", f"{f1:.1%}", str(wanted))
    return made


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--out", "folder", type=click.Path(path_type=Path), required=True)
@click.option("--epochs", default=2, show_default=True)
@click.option("--layers", default=6, show_default=True)
@click.option("--share", default=1.0, show_default=True, help="Of the documents that are trained on.")
@click.option("--seed", default=1, show_default=True)
def main(data: Path, folder: Path, epochs: int, layers: int, share: float, seed: int) -> None:
    """Train and score."""
    torch.manual_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    documents, sets = load(data)
    documents = split(documents, 1 - share)[0] if share < 1 else documents
    ours, aside = own()
    documents += OFTEN * ours
    out.print(f"{len(documents):,} documents, {sum(map(len, documents)):,} sentences")
    encoder, begun = Encoder(layers).begin(), time.monotonic()
    train(encoder, documents, epochs, seed, folder)
    out.print(f"Trained in {(time.monotonic() - begun) / 60:.0f} minutes")
    for name, kept in sets.items():
        out.print(table(name, score(encoder, kept, FOUR)))
    for name, counts in event_scores.score(encoder, aside).items():
        out.print(table(f"own, {name}", counts))


if __name__ == "__main__":
    main()
