"""The Redis that workers share, asked with short patience: where it does not answer, each worker goes on alone."""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any

from bitaca_core.errors import InputError, WorkError

PATIENCE_S = 0.25
"""A question blocks whoever asks; a Redis nearby answers in a fifth of a millisecond."""
AWAY_S = 5.0
"""After a failure nobody asks for so long: a Redis that is gone must not cost every message its patience."""
PREFIX = "bitaca:"

log = logging.getLogger("bitaca.app")


class Away(Exception):
    """Redis does not answer; what is shared is this worker's own for a while."""


class Store:
    """A Redis, and this worker's name in it.

    Parameters
    ----------
    url : str
        `redis://host:port/db`, `rediss://…` or `unix://path`.
    clock : callable
        Monotonic seconds.

    Raises
    ------
    InputError
        The address cannot be read.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        self.url = url
        self.worker = secrets.token_hex(8)
        self._clock = clock
        self._away_until_s = float("-inf")
        self._scripts: dict[str, Any] = {}
        try:
            self._client = redis.Redis.from_url(
                url,
                socket_timeout=PATIENCE_S,
                socket_connect_timeout=PATIENCE_S,
                retry=Retry(NoBackoff(), 1),
                decode_responses=True,
            )
        except ValueError as error:
            raise InputError(
                f"BITACA_REDIS_URL cannot be read: {error}",
                kind="setting",
                hint="Set it like redis://127.0.0.1:6379/0 or unix:///run/redis.sock",
            ) from error
        self._errors = redis.RedisError

    def require(self) -> None:
        """Raise WorkError unless Redis answers, in a version that knows all that is asked of it."""
        try:
            version = str(self._client.info("server")["redis_version"])
        except self._errors as error:
            raise WorkError(
                f"Redis does not answer: {error}", kind="redis", hint="Start it, or correct BITACA_REDIS_URL"
            ) from error
        if tuple(int(part) for part in version.split(".")[:2]) < (6, 2):
            raise WorkError(f"Redis {version} is too old", kind="redis", hint="6.2 or newer is needed")

    def ask(self, command: str, *arguments: Any) -> Any:
        """Return what a command answers; raises Away."""
        return self._try(lambda: self._client.execute_command(command, *arguments))

    def run(self, script: str, keys: Sequence[str] = (), arguments: Sequence[Any] = ()) -> Any:
        """Return what a Lua script answers, run as a whole in Redis; raises Away."""
        prepared = self._scripts.get(script)
        if prepared is None:
            prepared = self._scripts[script] = self._client.register_script(script)
        return self._try(lambda: prepared(keys=keys, args=arguments))

    def _try(self, act: Callable[[], Any]) -> Any:
        if self._clock() < self._away_until_s:
            raise Away
        try:
            return act()
        except self._errors as error:
            self._away_until_s = self._clock() + AWAY_S
            log.warning("Redis does not answer; for %.0f s this worker counts alone: %s", AWAY_S, error)
            raise Away from error

    def close(self) -> None:
        self._client.close()


def key(kind: str, *names: str) -> str:
    """Return the key of something; addresses, viewers and secrets stand in it as hashes only."""
    digest = hashlib.blake2b("\n".join(names).encode(), digest_size=16).hexdigest()
    return f"{PREFIX}{kind}:{digest}"
