"""What Alembic runs: the connection and its transaction are given by `runtime.migrations`."""

from alembic import context

from runtime.migrations import SCHEMA

context.configure(connection=context.config.attributes["connection"], target_metadata=SCHEMA)
with context.begin_transaction():
    context.run_migrations()
