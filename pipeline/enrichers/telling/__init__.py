"""What the events of a story add up to: when each was, which are one, which is the news, and what it cost."""
