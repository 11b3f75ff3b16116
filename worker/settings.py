"""Everything the environment decides; read once, by the entrypoints, through bootstrap."""

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class LedgerSettings(BaseModel):
    """Addresses and limits of one ledger; the defaults are the ledger's own."""

    model_config = {"frozen": True}

    authorize_url: str
    token_url: str
    revoke_url: str
    production_url: str
    sandbox_url: str
    scope: str
    per_second: int
    per_minute: int
    batches_per_minute: int
    batch: int
    concurrency: int
    timeout: float = Field(description="Seconds until a call is given up as unanswered.")
    replay_window: float = Field(description="Seconds in which a repeat with the same key is safe.")
    key_lifetime: float = Field(description="Seconds after which absence can be proven.")


class QuickBooksSettings(LedgerSettings):
    """QuickBooks Online; limits: Intuit, limits and throttles; addresses: Intuit, OAuth 2.0."""

    authorize_url: str = "https://appcenter.intuit.com/connect/oauth2"
    token_url: str = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105
    revoke_url: str = "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"
    production_url: str = "https://quickbooks.api.intuit.com"
    sandbox_url: str = "https://sandbox-quickbooks.api.intuit.com"
    scope: str = "com.intuit.quickbooks.accounting"
    per_second: int = 10
    per_minute: int = 500
    batches_per_minute: int = 40
    batch: int = 30
    concurrency: int = 10
    timeout: float = 130.0
    replay_window: float = 3600.0
    key_lifetime: float = 86400.0


class Settings(BaseSettings):
    """What may differ between two deployments; a wrong value stops the process at start."""

    model_config = SettingsConfigDict(
        env_prefix="BOOKS_", env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    database_url: str = Field(
        description="PostgreSQL, `postgresql://user:password@host:port/name`."
    )
    broker_url: str = Field(description="RabbitMQ, `amqp://user:password@host:port/vhost`.")
    encryption_keys: list[SecretStr] = Field(
        min_length=1,
        description="Fernet keys as a JSON list: the first one writes, all of them read.",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8080",
        description="Where browsers reach `books web`; the redirect URL is below it.",
    )
    web_host: str = Field(default="127.0.0.1", description="Address that `books web` binds.")
    web_port: int = Field(default=8080, description="Port that `books web` binds.")
    metrics_host: str = Field(default="127.0.0.1", description="Address of the metrics.")
    metrics_port: int = Field(
        default=0, description="Port of the metrics; 0: any free port, logged."
    )
    log_format: str = Field(default="json", description="`json`, or `console` for people.")
    log_level: str = Field(default="INFO", description="Python's level names.")
    worker_threads: int = Field(default=32, description="Threads of one `books worker` process.")
    intake_batch: int = Field(default=200, description="Most events in one transaction of intake.")
    intake_linger: float = Field(default=0.02, description="Seconds in which a batch collects.")
    slice_seconds: float = Field(default=2.0, description="A driver's time on one connection.")
    send_by: float = Field(
        default=15.0, description="Seconds from recording to the last moment of sending."
    )
    settle_margin: float = Field(
        default=30.0, description="Seconds kept beyond deadline and timeout."
    )
    lookup_gap: float = Field(
        default=60.0, description="Seconds between two look-ups that find nothing."
    )
    collect_seconds: float = Field(
        default=5.0, description="Longest wait of a document for company."
    )
    refresh_before: float = Field(
        default=300.0, description="Seconds before expiry to refresh a token."
    )
    tick_seconds: float = Field(default=1.0, description="The scheduler's clock.")
    wake_all_seconds: float = Field(
        default=60.0, description="How often due connections are derived anew."
    )
    payments_interval: int = Field(
        default=1800, description="Seconds between pulls of payments; 0: off."
    )
    lists_interval: int = Field(
        default=86400, description="Seconds between pulls of accounts and taxes."
    )
    unroutable_days: int = Field(default=14, description="Days an unheard status event is kept.")
    quickbooks: QuickBooksSettings = QuickBooksSettings()
    ready_file: Path | None = Field(default=None, description="Touched once a process is ready.")


def mark_ready(settings: Settings) -> None:
    """Touch the file by which whoever started this process knows that it works."""
    if settings.ready_file:
        settings.ready_file.touch()


def from_environment() -> Settings:
    """The settings of this process. Raises ValidationError naming what is missing or wrong."""
    return Settings()  # type: ignore[call-arg]  # the environment fills it
