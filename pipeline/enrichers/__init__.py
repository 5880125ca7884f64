"""Enrichers: a story in, the story with its entities, places and events out."""
