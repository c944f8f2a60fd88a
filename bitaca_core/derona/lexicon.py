"""The words Derona listens for, read once from `data/lexicon.json` and from the catalogue's vocabulary.

Which word means what is data; this file only loads it, folds it and joins it with
`bitaca_core.catalogue.vocabulary`, so that a genre has one list of names for search and for talk.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.vocabulary import vocabulary

RULE_WORDS = (
    "legenda", "legendas", "pausa", "pausar", "continua", "continuar", "avanca", "avancar", "adianta", "volta", "voltar",
    "travando", "travou", "travacao", "carregando", "carrega", "assistir", "dirigiu", "diretor", "diretora", "duracao", "classificacao",
    "sinopse", "parecido", "parecida", "parecidos", "semelhante", "recomenda", "surpreende", "surpreenda", "obrigado", "obrigada",
    "tchau", "ajuda", "qualidade", "automatica", "velocidade", "proximo", "episodio", "abertura", "volume", "audio",
    "disponivel", "historia", "elenco", "primeiro", "segundo", "terceiro", "ultimo", "outro", "outros", "antigo", "curto",
    "recente", "leve", "engracado", "qualquer", "escolhe", "decide", "parei", "minuto", "minutos", "segundos", "comeco",
    "inicio", "subtitles", "surprise", "similar", "directed", "director", "buffering", "recommend", "suspense", "dublado",
    "legendado", "sugestao", "sugestoes", "pesquisar", "procurar", "sobre", "gostei", "adorei",
)  # fmt: skip
"""Words of the rules that a misspelt word may be mended to (with those of the lexicon)."""


@dataclass(frozen=True, slots=True)
class Mood:
    """A wish about feeling: a genre that it hints at, or genres that would spoil it."""

    genre: str | None = None
    exclude: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()  # what its negation (`nada pesado`) leaves out
    prefer: tuple[str, ...] = ()  # genres that come first


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Folded words and phrases by meaning. Phrases have spaces; `longest` is their length in words, `starts` that of
    the longest that begins with a word."""

    slang: Mapping[str, str]
    safe_slang: frozenset[str]
    contractions: Mapping[str, str]
    english: frozenset[str]
    portuguese: frozenset[str]
    typo_safe: frozenset[str]
    numbers: Mapping[str, int]
    decades: Mapping[str, int]
    ordinals: Mapping[str, int]
    moods: Mapping[str, Mood]
    genres: Mapping[str, str]
    themes: Mapping[str, str]
    countries: Mapping[str, str]
    kinds: Mapping[str, str]
    filler: frozenset[str]
    function_words: frozenset[str]  # carry no wish of their own
    spelling: tuple[str, ...]  # words that a misspelt one may be corrected to
    longest: int
    starts: Mapping[str, int]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Read the lists once."""
    raw = json.loads((resources.files("bitaca_core.derona") / "data" / "lexicon.json").read_text("utf-8"))
    slang = {fold(word): fold(meaning) for word, meaning in raw["slang_pt"].items() if " " not in word}
    words = vocabulary()
    genres = _spoken(words.genre_words, raw["not_genre"])
    genres |= {fold(word): slug for word, slug in raw["extra_genres"].items() if slug}
    themes = _spoken(words.theme_words, raw["not_theme"])
    countries = _spoken(words.country_words, ())
    kinds = _spoken(words.kind_words, raw["not_kind"])
    moods = {
        fold(word): Mood(
            row.get("genre"),
            tuple(row.get("exclude", ())),
            tuple(row.get("avoid", ())),
            tuple(row.get("prefer", ())),
        )
        for word, row in raw["moods"].items()
    }
    known = {
        part for table in (genres, themes, countries, kinds, moods) for key in table for part in key.split()
    }
    known |= set(raw["portuguese"] + raw["filler"] + raw["english"])
    phrases = [*genres, *themes, *countries, *kinds, *moods]
    starts: dict[str, int] = {}
    for phrase in phrases:
        first, size = phrase.split(" ", 1)[0], len(phrase.split())
        starts[first] = max(size, starts.get(first, 0))
    return Lexicon(
        slang=slang,
        safe_slang=frozenset(raw["safe_slang"]),
        contractions=raw["contractions"],
        english=frozenset(raw["english"]),
        portuguese=frozenset(raw["portuguese"]),
        typo_safe=frozenset(raw["typo_safe"]),
        numbers=raw["numbers"],
        decades=raw["decades"],
        ordinals=raw["ordinals"],
        moods=moods,
        genres=genres,
        themes=themes,
        countries=countries,
        kinds=kinds,
        filler=frozenset((*raw["filler"], *raw["typing"])),
        function_words=frozenset(
            (*raw["filler"], *raw["function_words"], *raw["typing"], *raw["numbers"], *raw["ordinals"])
        ),
        spelling=tuple(sorted(word for word in known if len(word) >= 4 and word.isalpha())),
        longest=max(len(phrase.split()) for phrase in phrases),
        starts=starts,
    )


def _spoken(words: Mapping[str, str], without: tuple[str, ...] | list[str]) -> dict[str, str]:
    """Return the table with `pra` written `para`, as the normaliser writes it, less the ambiguous words."""
    left_out = set(without)
    table: dict[str, str] = {}
    for word, meaning in words.items():
        spoken = f" {word} ".replace(" pra ", " para ").replace(" pras ", " para as ").strip()
        if spoken and spoken not in left_out:
            table.setdefault(spoken, meaning)
    return table
