"""The whole schema of the first release. Written by: python -m runtime.migrations.frozen_sql"""

from pathlib import Path

from alembic import op

from runtime.migrations.frozen_sql import read_statements

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything."""
    connection = op.get_bind()
    for statement in read_statements(Path(__file__), connection.dialect.name):
        connection.exec_driver_sql(statement)
