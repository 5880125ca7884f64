"""Events in the sense of the PLOVER ontology: who did what to whom, where, when, and whether it is so."""
