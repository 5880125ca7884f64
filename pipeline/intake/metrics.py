"""What the running feeds count, for Prometheus."""

from contextlib import suppress

from prometheus_client import CollectorRegistry, Counter, Gauge


class Metrics:
    """One set of metrics; each has the label `feed`."""

    def __init__(self) -> None:
        """A registry of its own, so that two runners in one process do not meet."""
        self.registry = CollectorRegistry()
        self.items = self._counter("wire_feed_items", "Items acknowledged by Kafka")
        self.bytes = self._counter("wire_feed_bytes", "Bytes of these items")
        self.unreadable = self._counter("wire_feed_unreadable", "Items that could not be read or taken")
        self.errors = self._counter("wire_feed_errors", "Polls that failed")
        self.failing = self._gauge("wire_feed_failing", "1 while polls fail")
        self.silent = self._gauge("wire_feed_silent", "1 while nothing has come for longer than the feed's rhythm")
        self.missing = self._gauge("wire_feed_missing", "Numbered transmissions of the last day that did not come")
        self.last_item = self._gauge("wire_feed_last_item_seconds", "When the last item came, seconds since 1970")

    def leave(self, feed: str) -> None:
        """Another process runs the feed: how it fares is no longer told here. What was counted stays."""
        for gauge in (self.failing, self.silent, self.missing, self.last_item):
            with suppress(KeyError):
                gauge.remove(feed)

    def _counter(self, name: str, documentation: str) -> Counter:
        return Counter(name, documentation, ["feed"], registry=self.registry)

    def _gauge(self, name: str, documentation: str) -> Gauge:
        return Gauge(name, documentation, ["feed"], registry=self.registry)
