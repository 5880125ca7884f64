"""The `wire` command."""
