"""What the providers' libraries raise, as `BackendError`: both are made alike."""

from __future__ import annotations

from typing import Any

from bitaca_core.derona.backends.base import BackendError

HTTP = ("httpx", "httpx2", "httpcore", "httpcore2")
"""Libraries whose errors come through while a stream is read."""


class Told:
    """Turns what the library raises into `BackendError`; both libraries name their errors alike."""

    def __init__(self, errors: Any) -> None:
        self._errors = errors
        self.started = False
        """Whether text has come already: what ends then was reached, and is cut off."""

    def __enter__(self) -> Told:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        known = self._errors
        if isinstance(error, known.RateLimitError):
            wait = error.response.headers.get("retry-after", "")
            raise BackendError("limited", float(wait) if wait.isdigit() else None) from error
        if isinstance(error, known.APITimeoutError):
            raise BackendError("slow") from error
        if isinstance(error, known.APIConnectionError):
            raise BackendError("cut" if self.started else "down") from error
        if isinstance(error, known.APIStatusError):
            raise BackendError("down" if error.status_code >= 500 else "refused") from error
        if isinstance(error, known.APIError | ValueError):
            raise BackendError("cut") from error
        if error is not None and type(error).__module__.partition(".")[0] in HTTP:
            raise BackendError("cut") from error
