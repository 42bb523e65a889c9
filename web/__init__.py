"""The Flask application: capability pages and calendar feeds."""
