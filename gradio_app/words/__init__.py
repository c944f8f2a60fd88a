"""Everything the app says, one file a language; pages and scripts read the same ones."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources

from starlette.requests import HTTPConnection

LANGUAGES = ("pt", "en")
COOKIE = "bitaca_lang"
HTML_LANG = {"pt": "pt-BR", "en": "en"}


class Words:
    """Call it with a key and values: `words("continue_from", at="12:30")`."""

    def __init__(self, lang: str, texts: dict[str, str]) -> None:
        self.lang = lang
        self._texts = texts

    def __call__(self, key: str, **values: object) -> str:
        text = self._texts[key]
        return text.format(**values) if values else text


@lru_cache(maxsize=len(LANGUAGES))
def words(lang: str) -> Words:
    """Return the words of `pt` or `en`, read once."""
    text = (resources.files("gradio_app.words") / f"{lang}.json").read_text("utf-8")
    return Words(lang, json.loads(text))


def language_of(connection: HTTPConnection) -> str:
    """Return the language to speak: `?lang=`, else the cookie, else Accept-Language, else Portuguese."""
    for asked in (connection.query_params.get("lang"), connection.cookies.get(COOKIE)):
        if asked in LANGUAGES:
            return asked
    return accepted(connection.headers.get("accept-language", ""))


def accepted(header: str) -> str:
    """Return the language that an Accept-Language header likes best, of those we speak."""
    best, best_weight = "pt", 0.0
    for part in header.split(","):
        tag, _, parameter = part.strip().partition(";")
        lang = tag.strip().lower().split("-")[0]
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        if lang in LANGUAGES and weight > best_weight:
            best, best_weight = lang, weight
    return best
