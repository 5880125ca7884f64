"""The laptop stack: a real Kafka and a real search engine, without Docker."""
