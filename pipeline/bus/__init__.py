"""Kafka at the edges, with kafka-python: administration, a producer that loses nothing, reading by offset."""
