"""From the sources to wire.raw: the records, the cursors, and the runner that moves them on together."""
