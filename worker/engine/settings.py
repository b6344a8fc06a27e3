"""The worker's settings from its environment, checked at startup."""

import os
import ssl
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

import httpx
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["NO_CONCURRENCY", "Settings", "SettingsError", "load_settings", "needed", "unknown_settings"]

NO_CONCURRENCY: Final = "a worker is one process: start more processes instead (docs/operations.md, Scaling)"
POOLER_PORT: Final = 6543


class SettingsError(Exception):
    """One or more settings are missing or invalid; ``problems`` has one sentence for each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def _api_url(value: str) -> str:
    try:
        url = httpx.URL(value.strip())
    except httpx.InvalidURL:
        raise ValueError("not a URL") from None
    if url.scheme not in {"http", "https"} or not url.host or url.query or url.fragment:
        raise ValueError("not an http(s) URL")
    _can_be_asked_for(url.host)
    # As the HTTP client needs it, which does not accept capital letters in a scheme.
    return str(url).rstrip("/").removesuffix("/rest/v1")


def _can_be_asked_for(host: str) -> None:
    """Raise ValueError for an invalid host name, such as one with an empty part."""
    host.encode("idna")


def _key(value: SecretStr) -> SecretStr:
    # The key is sent in a header: a line end, a space or a non-ASCII letter is a copy and paste error.
    text = value.get_secret_value().strip()
    if not text or not text.isascii() or any(not "!" <= letter <= "~" for letter in text):
        raise ValueError("not a key")
    return SecretStr(text)


def _database_url(value: SecretStr) -> SecretStr:
    url = value.get_secret_value().strip()
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("not a Postgres URL")
    _ = parts.port
    import psycopg  # noqa: PLC0415 - slow to load, and only needed here

    try:
        read = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.Error:
        raise ValueError("not a URL that libpq reads") from None
    host = str(read.get("host") or "")
    if not host.startswith(("/", "@")):  # a socket's
        _can_be_asked_for(host)
    return SecretStr(url)


class Settings(BaseSettings):
    """The worker's settings. Every field names its environment variable; durations are in seconds."""

    model_config = SettingsConfigDict(
        case_sensitive=True, env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    supabase_url: Annotated[str, AfterValidator(_api_url)] = Field(
        validation_alias="SUPABASE_URL",
        description="set it to the URL of the Supabase project, such as https://abcdefgh.supabase.co",
    )
    service_key: Annotated[SecretStr, AfterValidator(_key)] = Field(
        validation_alias="SUPABASE_SERVICE_ROLE_KEY",
        description="set it to the project's service role key (or an sb_secret_ key), on one line and "
        "without spaces",
    )
    database_url: Annotated[SecretStr, AfterValidator(_database_url)] | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="set it to a Postgres URL, such as postgresql://postgres:password@host:5432/postgres; "
        "leave it unset to poll instead of listening",
    )
    batch: int = Field(
        default=1000,
        ge=1,
        le=1000,
        validation_alias="WORKER_BATCH",
        description="the most jobs that one request claims",
    )
    poll_seconds: float = Field(
        default=1.0,
        ge=0.05,
        le=300,
        validation_alias="WORKER_POLL_SECONDS",
        description="the longest interval between two polls",
    )
    lease_seconds: int = Field(
        default=60,
        ge=1,
        le=3600,
        validation_alias="WORKER_LEASE_SECONDS",
        description="how long a silent worker keeps jobs",
    )
    job_seconds: float = Field(
        default=20.0,
        ge=0.1,
        le=600,
        validation_alias="WORKER_JOB_SECONDS",
        description="the time limit of one job",
    )
    job_memory_mb: int = Field(
        default=512,
        ge=128,
        le=65536,
        validation_alias="WORKER_JOB_MEMORY_MB",
        description="the memory of a job that is retried",
    )
    http_seconds: float = Field(
        default=30.0,
        ge=1,
        le=300,
        validation_alias="WORKER_HTTP_SECONDS",
        description="the timeout of one request",
    )
    metrics_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        validation_alias="WORKER_METRICS_PORT",
        description="the port of /metrics and /health; leave it unset for none",
    )
    metrics_host: str = Field(
        default="127.0.0.1",
        min_length=1,
        validation_alias="WORKER_METRICS_HOST",
        description="set it to an address to bind, such as 127.0.0.1 or 0.0.0.0",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        validation_alias="WORKER_LOG_LEVEL",
        description="set it to debug, info, warning or error",
    )
    name: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9._-]{1,100}$",
        validation_alias="WORKER_NAME",
        description="set it to 1 to 100 letters, digits, dots, hyphens and underscores",
    )

    @property
    def through_transaction_pooler(self) -> bool:
        """Whether ``DATABASE_URL`` is a pooler in transaction mode, where LISTEN receives nothing."""
        return self.database_url is not None and (
            urlsplit(self.database_url.get_secret_value()).port == POOLER_PORT
        )


_FIELDS: Final = {str(field.validation_alias): field for field in Settings.model_fields.values()}


def needed(name: str) -> str:
    """Return the requirement for an environment variable, as a clause."""
    field = _FIELDS[name]
    least, most = (
        next((getattr(bound, which) for bound in field.metadata if hasattr(bound, which)), None)
        for which in ("ge", "le")
    )
    if least is None:
        return str(field.description)
    number = "a number" if field.annotation is float else "a whole number"
    return f"set it to {number} from {least} to {most}, {field.description}"


def load_settings(*, batch: int | None = None) -> Settings:
    """Read the settings from the environment; arguments take precedence.

    Raises:
        SettingsError: with one sentence for every setting that is missing or invalid.
    """
    flags = {} if batch is None else {"WORKER_BATCH": batch}
    problems: list[str] = []
    settings = None
    try:
        settings = Settings(**flags)  # type: ignore[arg-type]  # the fields' aliases are the environment's names
    except ValidationError as error:
        names = dict.fromkeys(str(wrong["loc"][0]) for wrong in error.errors(include_input=False))
        problems += [_problem(name, flags) for name in names]
    if os.environ.get("WORKER_CONCURRENCY"):
        problems.append(f"WORKER_CONCURRENCY is not a setting: {NO_CONCURRENCY}.")
    problems += _problems_of_the_network()
    if settings is None or problems:
        raise SettingsError(problems)
    return settings


def _problems_of_the_network() -> Iterable[str]:
    """Check the variables that the HTTP client reads itself, and would reject at its first request."""
    certificates = os.environ.get("SSL_CERT_FILE")
    if certificates:
        try:
            ssl.create_default_context(cafile=certificates)
        except OSError as error:  # an SSLError is one
            reason = "it contains no certificate" if isinstance(error, ssl.SSLError) else error.strerror
            yield f"SSL_CERT_FILE is {certificates!r}, which cannot be used: {reason}."
    for scheme in ("http", "https", "all"):
        for name in (f"{scheme}_proxy", f"{scheme}_proxy".upper()):
            proxy = os.environ.get(name)
            if proxy and not _is_proxy(proxy):
                # Not shown: it may contain a password.
                yield f"{name} is invalid: set it to a URL that begins with http:// or https://."


def _is_proxy(proxy: str) -> bool:
    try:
        url = httpx.URL(proxy if "://" in proxy else f"http://{proxy}")
        _can_be_asked_for(url.host)
    except (httpx.InvalidURL, ValueError):
        return False
    return url.scheme in {"http", "https"} and bool(url.host)


def unknown_settings() -> list[tuple[str, str | None]]:
    """Return each ``WORKER_`` variable that is not a setting, with the most similar setting."""
    unknown = sorted(name for name in os.environ if name.startswith("WORKER_") and name not in _FIELDS)
    return [(name, next(iter(get_close_matches(name, _FIELDS, 1)), None)) for name in unknown]


def _problem(name: str, flags: dict[str, int]) -> str:
    if name in flags:
        return f"--{name.removeprefix('WORKER_').lower()} is {flags[name]}: {needed(name)}."
    value = os.environ.get(name, "")
    if not value:
        return f"{name} is not set: {needed(name)}."
    if not name.startswith("WORKER_"):
        # Not shown: it is a key, or an address that may contain a password.
        return f"{name} is invalid: {needed(name)}."
    return f"{name} is {value!r}: {needed(name)}."
