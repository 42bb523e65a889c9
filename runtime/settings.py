"""Every setting of an installation, in one place: `OPORA_*` in the environment or in `.env` of the working folder.

Described for administrators in docs/settings.md.
"""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.errors import N_, OporaError
from notifications.mail.quiet import QUIET, BadQuietHoursError, QuietHours, parse_quiet_hours

PREFIX = "OPORA_"
_CLOCK_SCHEME = "file:"


class SettingsError(OporaError):
    """A setting that cannot be used."""

    message = N_("A setting cannot be used: {reasons}. Correct it in the environment or in the file .env.")


def _clock_file(value: object) -> object:
    """`file:PATH` as the path it names."""
    if not isinstance(value, str):
        return value
    if not value.startswith(_CLOCK_SCHEME) or value == _CLOCK_SCHEME:
        raise ValueError("write file:PATH")
    return value.removeprefix(_CLOCK_SCHEME)


def _quiet_hours(value: object) -> object:
    """`21:00-07:00` as hours."""
    if not isinstance(value, str):
        return value
    try:
        return parse_quiet_hours(value)
    except BadQuietHoursError as error:
        raise ValueError("write 21:00-07:00 or none") from error


class Settings(BaseSettings):
    """The settings with their defaults; what depends on the data folder follows it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    data_dir: Path = Path("data")
    keys_dir: Path = Path()
    # URLs may carry passwords, so they are never shown.
    database_url: str = Field(default="", repr=False)
    database_owner_url: str = Field(default="", repr=False)
    huey_url: str = Field(default="", repr=False)
    smtp_url: str | None = Field(default=None, repr=False)
    mail_from: str | None = None
    imap_url: str | None = Field(default=None, repr=False)
    quiet_hours: Annotated[QuietHours, BeforeValidator(_quiet_hours)] = QUIET
    mail_per_day: int = Field(default=300, ge=1)
    mail_per_hour: int = Field(default=30, ge=1)
    public_url: str | None = None
    clock: Annotated[Path | None, BeforeValidator(_clock_file)] = None
    zone: ZoneInfo = ZoneInfo("Europe/Moscow")
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    trusted_proxy: str | None = None
    workers: int = Field(default=2, ge=1, le=64)
    clamd_url: str | None = None
    personal_data_months: int | None = Field(default=None, ge=1)
    feed_dir: Path | None = None
    feed_gzip: bool = True
    feed_limit: int = Field(default=1000, ge=1)

    @model_validator(mode="before")
    @classmethod
    def _follow_the_data_folder(cls, values: dict[str, object]) -> dict[str, object]:
        """Whoever moves the data folder moves what lies in it by default."""
        folder = Path(str(values.get("data_dir") or "data"))
        values.setdefault("keys_dir", folder / "keys")
        values.setdefault("database_url", f"sqlite:///{folder / 'opora.db'}")
        values.setdefault("database_owner_url", values["database_url"])
        values.setdefault("huey_url", f"sqlite:///{folder / 'huey.db'}")
        return values

    @property
    def evidence_dir(self) -> Path:
        """Where files of evidence lie."""
        return self.data_dir / "evidence"

    @property
    def preview_dir(self) -> Path:
        """Where previews of evidence lie; whatever is in it can be made again."""
        return self.data_dir / "previews"

    @property
    def mail_dir(self) -> Path:
        """Where letters lie while no SMTP server is set."""
        return self.data_dir / "mail"


def load_settings() -> Settings:
    """The settings of this process's environment and working folder.

    Raises:
        SettingsError: one or more cannot be used; names each.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(reasons=_reasons(error)) from error


def _reasons(error: ValidationError) -> str:
    # The value is left out: it may hold a password.
    return "; ".join(
        f"{PREFIX}{'_'.join(str(part) for part in each['loc'][:1]).upper()} ({each['msg']})" for each in error.errors()
    )
