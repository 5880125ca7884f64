"""Story in, enriched story out: entities, places and events, each from a component in an ordered tuple."""
