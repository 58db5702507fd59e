"""A real opencode against a model of the tests."""
