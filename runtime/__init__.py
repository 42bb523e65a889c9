"""Settings, composition root, queue, tasks and migrations."""
