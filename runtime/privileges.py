"""PostgreSQL: what the application's login may do, where the tables belong to another one."""

from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from engine.database import writing
from engine.tables import APPEND_ONLY
from runtime.migrations import VERSION_TABLE
from runtime.settings import Settings

_READ_ONLY = (VERSION_TABLE,)
_APPEND_ONLY = tuple(table.name for table in APPEND_ONLY)


def grant_access(settings: Settings, owner: Engine) -> None:
    """Let the application's login work with the rows, add to history without changing it, and change no schema.

    Does nothing where one login does everything, as on SQLite.

    Args:
        settings: which name the two logins.
        owner: the database as its owner.
    """
    application = make_url(settings.database_url).username
    if owner.dialect.name != "postgresql" or application in {None, owner.url.username}:
        return
    login = owner.dialect.identifier_preparer.quote(str(application))
    with writing(owner) as connection:
        for statement in (
            f"GRANT USAGE ON SCHEMA public TO {login}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {login}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {login}",
            *(f"REVOKE UPDATE, DELETE ON {table} FROM {login}" for table in _APPEND_ONLY),
            *(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {login}" for table in _READ_ONLY),
        ):
            connection.execute(text(statement))
