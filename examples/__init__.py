"""Samples of the project's own writing: a plan, its people, a few pieces of evidence (see README.md beside)."""
