"""Workflow definitions as YAML data, their catalogue and their diagrams."""
