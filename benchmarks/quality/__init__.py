"""How good the enrichments are, on labelled sentences of our own."""
