"""Everything the environment decides; read once, by the entrypoints, through bootstrap."""

import logging
import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _postgresql(url: str) -> str:
    return _checked(url, r"postgres(ql)?(\+\w+)?", "postgresql://user:password@host:port/name")


def _amqp(url: str) -> str:
    return _checked(url, "amqps?", "amqp://user:password@host:port/vhost")


def _web(url: str) -> str:
    return _checked(url, "https?", "https://host:port")


def _checked(url: str, scheme: str, example: str) -> str:
    """The address itself; what is wrong is said without it, since it may hold a password."""
    try:
        parts = urlsplit(url)
        fits = re.fullmatch(scheme, parts.scheme) and parts.port != 0
    except ValueError:  # the port is no number, or the brackets do not match
        fits = False
    if not fits:
        raise ValueError(f"must look like {example}")
    return url


def _level(name: str) -> str:
    known = logging.getLevelNamesMapping()
    if name.upper() not in known:
        raise ValueError(f"must be one of {', '.join(known)}")
    return name


Port = Annotated[int, Field(ge=0, le=65535)]
Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Beat = Annotated[float, Field(gt=0, allow_inf_nan=False)]  # seconds of what must not spin
Interval = Annotated[int, Field(ge=0)]  # seconds; 0: never
Address = Annotated[str, AfterValidator(_web)]


class LedgerSettings(BaseModel):
    """Addresses and limits of one ledger; the defaults are the ledger's own."""

    model_config = {"frozen": True}

    authorize_url: Address
    token_url: Address
    revoke_url: Address
    scope: str
    per_second: Count
    per_minute: Count
    batches_per_minute: Count
    batch: Count
    concurrency: Count
    timeout: Beat = Field(description="Seconds until a call is given up as unanswered.")
    replay_window: Seconds = Field(
        description="Seconds in which a repeat with the same key is safe."
    )
    key_lifetime: Seconds = Field(description="Seconds after which absence can be proven.")


class QuickBooksSettings(LedgerSettings):
    """QuickBooks Online; limits: Intuit, limits and throttles; addresses: Intuit, OAuth 2.0."""

    authorize_url: Address = "https://appcenter.intuit.com/connect/oauth2"
    token_url: Address = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105
    revoke_url: Address = "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"
    scope: str = "com.intuit.quickbooks.accounting"
    production_url: Address = "https://quickbooks.api.intuit.com"
    sandbox_url: Address = "https://sandbox-quickbooks.api.intuit.com"
    per_second: Count = 10
    per_minute: Count = 500
    batches_per_minute: Count = 40
    batch: Count = 30
    concurrency: Count = 10
    timeout: Beat = 130.0
    replay_window: Seconds = 3600.0
    key_lifetime: Seconds = 86400.0


class XeroSettings(LedgerSettings):
    """Xero; limits: Xero, OAuth 2.0 API limits; keys: Xero, idempotency; scopes: the granular ones.

    A key is documented to live for 6 minutes and was measured to live for about 20: repeats are
    safe within the one, absence is proven after the other.
    """

    authorize_url: Address = "https://login.xero.com/identity/connect/authorize"
    token_url: Address = "https://identity.xero.com/connect/token"  # noqa: S105  # no secret
    revoke_url: Address = "https://identity.xero.com/connect/revocation"
    api_url: Address = "https://api.xero.com"
    scope: str = (
        "offline_access accounting.invoices accounting.payments accounting.manualjournals "
        "accounting.contacts accounting.settings"
    )
    per_second: Count = 10
    per_minute: Count = 55
    batches_per_minute: Count = 55
    per_day: Count = Field(
        default=1000, description="Calls a day and organisation: by the app's tier 1,000 or 5,000."
    )
    batch: Count = 50
    concurrency: Count = 5
    timeout: Beat = 100.0
    replay_window: Seconds = 300.0
    key_lifetime: Seconds = 1200.0
    contacts_interval: Interval = Field(
        default=3600, description="Seconds between pulls of contacts; 0: off."
    )
    items_interval: Interval = Field(
        default=7200, description="Seconds between pulls of items; 0: off."
    )
    lists_interval: Interval = Field(
        default=43200, description="Seconds between pulls of accounts and tax rates; 0: off."
    )
    organisation_interval: Interval = Field(
        default=21600, description="Seconds between looks at lock dates; 0: off."
    )
    documents_interval: Interval = Field(
        default=21600, description="Seconds between pulls of changed invoices and bills; 0: off."
    )


class Settings(BaseSettings):
    """What may differ between two deployments; a wrong value stops the process at start."""

    model_config = SettingsConfigDict(
        env_prefix="BOOKS_", env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    database_url: Annotated[str, AfterValidator(_postgresql)] = Field(
        description="PostgreSQL, `postgresql://user:password@host:port/name`."
    )
    broker_url: Annotated[str, AfterValidator(_amqp)] = Field(
        description="RabbitMQ, `amqp://user:password@host:port/vhost`."
    )
    encryption_keys: list[SecretStr] = Field(
        min_length=1,
        description="Fernet keys as a JSON list: the first one writes, all of them read.",
    )
    public_url: Address = Field(
        default="http://localhost:8080",
        description="Where browsers reach `books web`; the redirect URL is below it.",
    )
    web_host: str = Field(default="127.0.0.1", description="Address that `books web` binds.")
    web_port: Port = Field(default=8080, description="Port that `books web` binds.")
    metrics_host: str = Field(default="127.0.0.1", description="Address of the metrics.")
    metrics_port: Port = Field(
        default=0, description="Port of the metrics; 0: any free port, logged."
    )
    log_format: Literal["json", "console"] = Field(
        default="json", description="`json`, or `console` for people."
    )
    log_level: Annotated[str, AfterValidator(_level)] = Field(
        default="INFO", description="Python's level names."
    )
    otlp_endpoint: Address | None = Field(
        default=None, description="OTLP/HTTP address that traces are sent to; none: off."
    )
    trace_ratio: Annotated[float, Field(ge=0, le=1)] = Field(
        default=1.0, description="Part of the traces beginning here that is kept."
    )
    worker_threads: Count = Field(default=32, description="Threads of one `books worker` process.")
    intake_batch: Count = Field(
        default=200, description="Most events in one transaction of intake."
    )
    intake_linger: Seconds = Field(default=0.02, description="Seconds in which a batch collects.")
    slice_seconds: Beat = Field(default=2.0, description="A driver's time on one connection.")
    send_by: Seconds = Field(
        default=15.0, description="Seconds from recording to the last moment of sending."
    )
    settle_margin: Seconds = Field(
        default=30.0, description="Seconds kept beyond deadline and timeout."
    )
    lookup_gap: Seconds = Field(
        default=60.0, description="Seconds between two look-ups that find nothing."
    )
    collect_seconds: Seconds = Field(
        default=5.0, description="Longest wait of a document for company."
    )
    refresh_before: Seconds = Field(
        default=300.0, description="Seconds before expiry to refresh a token."
    )
    tick_seconds: Beat = Field(default=1.0, description="The scheduler's clock.")
    wake_all_seconds: Beat = Field(
        default=60.0, description="How often due connections are derived anew."
    )
    gauges_seconds: Seconds = Field(
        default=15.0, description="How old a figure about the tables may be: taking it costs reads."
    )
    payments_interval: Interval = Field(
        default=1800, description="Seconds between pulls of payments; 0: off."
    )
    company_interval: Interval = Field(
        default=86400, description="Seconds between looks at the company: its closing date."
    )
    webhook_delay: Seconds = Field(
        default=10.0, description="Seconds in which webhooks collect before a pull reads them."
    )
    lists_interval: Interval = Field(
        default=86400, description="Seconds between pulls of accounts and taxes."
    )
    outbox_days: Count = Field(default=14, description="Days a status event is kept once sent.")
    unroutable_days: Count = Field(default=14, description="Days an unheard status event is kept.")
    runs_days: Count = Field(default=90, description="Days a pull is kept once it is over.")
    inbox_days: Count = Field(default=30, description="Days an event is kept as it came.")
    submissions_days: Count = Field(
        default=90, description="Days a write is kept, with its answer, once it is settled."
    )
    issues_days: Count = Field(
        default=90,
        description="Days a closed issue is kept, or an unknown fault that came no more.",
    )
    dead_letters_days: Count = Field(
        default=90, description="Days a dead letter is kept once a person has decided about it."
    )
    payments_days: Interval = Field(
        default=0, description="Days a reversed line of the payment log is kept; 0: for ever."
    )
    quickbooks: QuickBooksSettings = QuickBooksSettings()
    xero: XeroSettings = XeroSettings()
    ready_file: Path | None = Field(default=None, description="Touched once a process is ready.")


def mark_ready(settings: Settings) -> None:
    """Touch the file by which whoever started this process knows that it works."""
    if settings.ready_file:
        settings.ready_file.touch()


def from_environment() -> Settings:
    """The settings of this process.

    Raises: ValidationError naming what is missing or wrong, SettingsError where a list is no JSON.
    """
    return Settings()  # type: ignore[call-arg]  # the environment fills it
