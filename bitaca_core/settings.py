"""Settings: the only reader of the environment (prefix `BITACA_`), and the data folder's map."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bitaca_core.errors import InputError

CHECKOUT = Path(__file__).resolve().parent.parent


def default_home() -> Path:
    """Return `data/` of a checkout, else `~/.local/share/bitaca`; never the working directory."""
    if (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "player").is_dir():
        return CHECKOUT / "data"
    return Path.home() / ".local" / "share" / "bitaca"


@dataclass(frozen=True, slots=True)
class DataPaths:
    """Where everything lives under the data folder. All but `app_db`, `keys` and `inbox` can be rebuilt."""

    home: Path

    @property
    def catalogue(self) -> Path:
        return self.home / "catalogue"

    @property
    def sources(self) -> Path:
        """Rendered sample videos, before packaging."""
        return self.home / "sources"

    @property
    def media(self) -> Path:
        return self.home / "media"

    @property
    def cas(self) -> Path:
        """Content-addressed chunks and receipts."""
        return self.home / "cas"

    @property
    def search(self) -> Path:
        return self.home / "search"

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def reports(self) -> Path:
        return self.home / "reports"

    @property
    def state(self) -> Path:
        """Progress boards and locks of running work; safe to delete when nothing runs."""
        return self.home / "state"

    @property
    def prefect(self) -> Path:
        return self.home / "prefect"

    @property
    def app_db(self) -> Path:
        return self.home / "app.db"

    @property
    def keys(self) -> Path:
        return self.home / "keys"

    @property
    def inbox(self) -> Path:
        """Sealed messages to support, and the public keys that they are sealed for."""
        return self.home / "inbox"


class Settings(BaseSettings):
    """Every knob, with its default. Each field is documented in README.md (held by a test)."""

    model_config = SettingsConfigDict(env_prefix="BITACA_", env_file=None, extra="ignore", frozen=True)

    home: Path = Field(default_factory=default_home, description="data folder")
    host: str = Field(default="127.0.0.1", description="address that `bitaca up` binds")
    port: int = Field(default=8000, ge=0, le=65535, description="port that `bitaca up` binds")
    web_workers: int = Field(
        default=1, ge=1, le=64, description="processes that serve; more than one needs `BITACA_REDIS_URL`"
    )
    redis_url: str | None = Field(
        default=None,
        repr=False,
        description="Redis 6.2 or newer that several workers share limits, tickets and conversations in",
    )
    engines: int | None = Field(
        default=None,
        ge=0,
        le=64,
        description="processes that think up Derona's answers, 300 MB each at first, 800 MB in a crowd; 0: the serving process does, as with one core, "
        "less than 3 GB of memory or several workers",
    )
    operator_token: str | None = Field(
        default=None,
        repr=False,
        description="needed for operator pages beyond loopback; 16 characters or more",
    )
    trusted_proxies: str = Field(
        default="", description="comma-separated addresses whose X-Forwarded-* headers count"
    )
    allowed_origins: str = Field(
        default="", description="comma-separated extra origins that may call the API"
    )
    chat_messages_per_minute: int = Field(default=10, ge=1, description="Derona's message limit per viewer")
    chat_pause_minutes: float = Field(
        default=2.0,
        ge=0,
        le=60,
        description="how long Derona rests after an insult or a threat; 0: not at all",
    )
    chat_backend: Literal["embedded", "openai", "anthropic"] = Field(
        default="embedded",
        description="a language model that may add to Derona's answers; `openai`: any server of that protocol",
    )
    chat_model: str = Field(default="", description="the model's name at its provider")
    chat_base_url: str | None = Field(
        default=None, description="address of a compatible server; none: the provider's own"
    )
    chat_api_key: str | None = Field(default=None, repr=False, description="key for the model's provider")
    chat_moderation_model: str = Field(
        default="",
        description="with `openai`: a moderation model of the same server that may stop the model's words; none: empty",
    )
    chat_tokens_per_day: int = Field(
        default=20_000, ge=0, description="tokens of a language model a viewer and day"
    )
    media_token_ttl_s: int = Field(default=6 * 3600, ge=60, description="life of a signed media URL, seconds")
    session_token_ttl_s: int = Field(default=900, ge=60, description="life of an API access token, seconds")
    conversation_retention_days: int = Field(
        default=30, ge=1, description="conversations older than this are deleted"
    )
    inbox_retention_days: int = Field(
        default=180, ge=1, description="sealed messages to support older than this are deleted"
    )
    telemetry_retention_days: int = Field(
        default=90, ge=1, description="telemetry older than this is deleted"
    )
    codecs: str = Field(
        default="h264",
        description="comma-separated video codecs of packages: h264, av1, vp9; h264 is always there",
    )
    hdr: bool = Field(
        default=False,
        description="whether sources in PQ or HLG also get 10-bit AV1 rungs that keep their range",
    )
    ladder: str = Field(
        default="per-title",
        description="rungs of packages: `per-title` (chosen by trying it), `fixed`, `default`, or the path of a file",
    )
    preset: str = Field(
        default="veryfast",
        pattern=r"^(ultrafast|superfast|veryfast|faster|fast|medium|slow|slower|veryslow)$",
        description="x264's preset: slower ones need fewer bits for the same picture",
    )
    workers: int = Field(
        default=0, ge=0, le=256, description="chunks encoded at once; 0: half the processors"
    )
    task_runner: str = Field(
        default="threads",
        pattern=r"^(threads|dask(:.+)?)$",
        description="`threads`, `dask` (workers on this machine) or `dask:tcp://HOST:PORT` (a cluster; extra [dask])",
    )
    protect: str = Field(default="none", description="how flows protect titles: none, aes-128, cbcs or cenc")
    rotate_segments: int = Field(
        default=60, ge=0, description="segments under one key of aes-128; 0 for one key to the end"
    )
    key_systems: str = Field(
        default="widevine,playready,fairplay,clearkey",
        description="comma-separated key systems that protected titles speak of",
    )
    licence_url: str = Field(
        default="", description="where keys and Clear Key licences are; none: beside the media, from this app"
    )
    key_encryption_key_file: Path | None = Field(
        default=None,
        description="32 bytes (or 64 hexadecimal digits) that wrap content keys; none: made in `keys/`",
    )
    media_storage: str = Field(
        default="",
        description="where packages are published: empty is the data folder, or `s3://bucket/prefix`",
    )
    s3_endpoint: str | None = Field(
        default=None, description="address of an S3-compatible service; Amazon's where none is given"
    )
    s3_region: str | None = Field(default=None, description="region of the bucket, where the service has any")
    webhook_url: str | None = Field(
        default=None, repr=False, description="address that is told of published and failed titles"
    )
    webhook_secret: str | None = Field(
        default=None, repr=False, description="signs what the webhook is told; 16 characters or more"
    )
    webhook_private: bool = Field(
        default=False, description="the webhook may be plain http or lie in a private network"
    )
    embedder: str = Field(
        default="minilm", description="`minilm`, or a sentence-transformers model name with extra [st]"
    )
    index_uri: str | None = Field(
        default=None,
        description="where the search index's tables lie instead of the data folder: `s3://bucket/folder`",
    )
    index_options: dict[str, str] = Field(
        default_factory=dict,
        repr=False,
        description="LanceDB storage options of that place, as a JSON object",
    )
    chromium: str | None = Field(default=None, description="Chromium that the browser tests drive")
    log_level: str = Field(default="info", description="debug, info, warning or error")

    @property
    def paths(self) -> DataPaths:
        return DataPaths(self.home)


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """Read the environment once per process.

    Raises
    ------
    InputError
        A variable has a value that is none of its kind.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"BITACA_{first['loc'][0]}".upper()
        raise InputError(
            f"{name}={first['input']!r} cannot be used: {first['msg']}",
            kind="setting",
            hint="README.md lists every setting",
        ) from error
