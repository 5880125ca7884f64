"""What a story is about, as IPTC Media Topics: as the agency says, else by its words and events."""
