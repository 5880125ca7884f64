"""Quotes: what somebody is reported to have said, in quotation marks or without, and who it was."""
