"""Types that several request bodies share."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

TitleId = Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Seconds = Annotated[float, Field(ge=0, le=7 * 24 * 3600, allow_inf_nan=False)]
