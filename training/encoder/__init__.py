"""The encoder that reads a story in one pass: its data, training, scores and export. See training/encoder/README.md."""
