"""The stages: pure functions from messages to outcomes, and the one module that binds them to Faust."""
