"""Diagnostics by themselves, as `validate` reports them: one renderer per format."""
