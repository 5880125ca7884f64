"""An open streaming pipeline for news-agency wire stories: Kafka in, Faust agents, Elasticsearch out."""

__version__ = "0.1.0"
