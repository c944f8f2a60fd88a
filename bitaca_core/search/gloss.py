"""Portuguese to English, word by word, so that an English embedding model understands a Portuguese question.

Not a translation: the longest known phrase first, then words in any of their forms, then stems, from the
hand-written lists in `data/gloss/`; a word that is not there stays as it is (names, English). Little words that
carry no meaning are left out. A text in English passes unharmed.

A list is a file by field; a line is the English, a tab, and the Portuguese words and phrases for it with commas
between. Verbs stand in the infinitive, nouns and adjectives in the masculine singular.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.vocabulary import vocabulary
from bitaca_core.errors import InputError
from bitaca_core.search.inflect import noun_forms, verb_forms
from bitaca_core.search.stem import stem

PHRASE_MAX_WORDS = 6
STEM_FROM = 5
"""A word this long may be found by its stem alone; the stems of shorter ones are shared by strangers."""
VERB_FIELDS = frozenset(("verbs",))
GENDERED_FIELDS = frozenset(("people", "jobs", "places", "qualities", "nature_animals"))
"""Lists whose words have a feminine: `médico` stands for `médica` as well."""
_EMPTY = frozenset(
    ("a", "o", "os", "as", "no", "do", "nao", "um", "uma", "uns", "umas", "de", "da", "das", "dos", "em", "na", "nos", "nas", "e", "ou", "com", "por",
     "para", "pra", "pro", "pras", "pros", "que", "se", "sua", "seu", "suas", "seus", "ao", "aos", "foi", "ele", "ela", "eles", "elas", "lhe",
     "ja", "mais", "como", "mas", "quando", "num", "numa", "ate", "entre", "esta", "isso", "sao", "ser", "tem", "ha", "pelo",
     "pela", "pelos", "pelas", "sobre", "essa", "esse", "este", "cada", "onde", "muito", "tudo", "todos", "quer", "e", "era", "estao",
     "aquele", "aquela", "aqueles", "aquelas", "algo", "tipo", "filme", "filmes", "dele", "dela", "deles", "delas", "la", "ai",
     "meu", "minha", "me", "eu", "voce", "tambem", "so", "ter", "estar", "seja")
)  # fmt: skip
_PORTUGUESE_CUES = _EMPTY - {"a", "as", "do", "no", "me", "so", "e", "la", "ha", "ate", "com", "de", "da"} | {
    "sem", "quero", "aqueles", "gente", "onde", "sobre", "um", "uma", "que",
}  # fmt: skip
_ENGLISH_CUES = frozenset(
    [
        "the",
        "of",
        "with",
        "and",
        "in",
        "is",
        "are",
        "who",
        "about",
        "from",
        "that",
        "this",
        "movie",
        "movies",
        "film",
        "films",
        "show",
        "on",
        "his",
        "her",
        "their",
        "an",
        "to",
        "for",
        "something",
        "where",
        "when",
        "which",
        "by",
        "was",
        "has",
        "it",
        "its",
        "not",
        "but",
    ]
)
_BOTH = frozenset(
    [
        "time",
        "times",
        "date",
        "come",
        "some",
        "mate",
        "note",
        "more",
        "pare",
        "fine",
        "pose",
        "ride",
        "face",
        "sale",
        "mine",
        "legal",
        "fire",
        "bond",
        "pure",
        "live",
        "male",
        "dance",
        "fame",
        "fate",
        "cure",
        "rate",
        "casual",
        "sole",
        "lute",
        "doze",
        "pires",
        "use",
        "parade",
        "pane",
        "are",
        "fare",
        "mare",
        "cola",
        "can",
        "sin",
        "fim",
    ]
)
"""Spelt alike in both languages and meaning something else: glossed only in company of Portuguese."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The lists, folded. `exact` holds what is written in them, `forms` what was made from it."""

    exact: dict[str, str]
    forms: dict[str, str]
    stems: dict[str, str]
    phrases: dict[str, str]  # by the stems of their words


def entries() -> Iterator[tuple[str, str, str]]:
    """Yield `(field, Portuguese as written, English)` of every entry of the lists.

    Raises
    ------
    InputError
        A line that is not English, tab, Portuguese; names file and line.
    """
    folder = resources.files("bitaca_core.search") / "data" / "gloss"
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if not path.name.endswith(".tsv"):
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            english, tab, portuguese = line.partition("\t")
            if not tab or not english.strip() or not portuguese.strip():
                raise InputError(
                    "expected English, a tab, Portuguese with commas between",
                    file=path.name,
                    line=number,
                )
            for one in portuguese.split(","):
                yield path.name.removesuffix(".tsv"), one.strip(), english.strip().lower()


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Read the lists and write out the forms of their words, once."""
    exact: dict[str, str] = {}
    rows = [(field, fold(portuguese), english) for field, portuguese, english in entries()]
    for _, portuguese, english in rows:
        exact.setdefault(portuguese, english)
    words = vocabulary()
    for names in (*words.genre_names.values(), *words.country_names.values()):
        exact.setdefault(fold(names[0]), names[1].lower())
    for theme, english in words.theme_names.items():
        exact.setdefault(fold(theme), english)
    forms: dict[str, str] = {}
    # Nouns before verbs (`casas` are houses), and a word's own plural before a feminine of another (`velhinhas`).
    for field, portuguese, english in _in_turn(rows):
        if " " not in portuguese:
            for form in _forms_of(field, portuguese):
                if form not in exact:
                    forms.setdefault(form, english)
    stems: dict[str, str] = {}
    phrases: dict[str, str] = {}
    for portuguese, english in exact.items():
        if " " in portuguese:
            phrases.setdefault(_stemmed(portuguese.split()), english)
        elif len(portuguese) >= STEM_FROM:
            stems.setdefault(stem(portuguese), english)
    return Lexicon(exact, forms, stems, phrases)


def _in_turn(rows: list[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    yield from (("plural", pt, en) for field, pt, en in rows if field not in VERB_FIELDS)
    yield from (row for row in rows if row[0] in GENDERED_FIELDS)
    yield from (row for row in rows if row[0] in VERB_FIELDS)


def _forms_of(field: str, portuguese: str) -> Iterator[str]:
    if field in VERB_FIELDS:
        return verb_forms(portuguese)
    return noun_forms(portuguese, field in GENDERED_FIELDS)


def gloss(text: str) -> str:
    """Return `text` with every known Portuguese phrase and word replaced by English, lower-case."""
    words = fold(text).split()
    lists = lexicon()
    if _is_english(words):
        return " ".join(words)
    portuguese = _has_portuguese(words, lists)
    stems = [stem(word) for word in words]
    out: list[str] = []
    position = 0
    while position < len(words):
        length, english = _phrase(words, stems, position, lists)
        if length:
            out.append(english)
            position += length
            continue
        word = words[position]
        position += 1
        if word in _BOTH and not portuguese:
            out.append(word)
        elif word not in _EMPTY or (not portuguese and len(words) == 1):
            out.append(_word(word, lists) or word)
    return " ".join(out)


def is_known(word: str) -> bool:
    """Return whether a folded word is a word of the lists, in any form, rather than a name."""
    return word in _EMPTY or _word(word, lexicon()) is not None


def _phrase(words: list[str], stems: list[str], position: int, lists: Lexicon) -> tuple[int, str]:
    """Return the longest phrase that begins at `position`, as written or by its stems: `(words, English)`."""
    for length in range(min(PHRASE_MAX_WORDS, len(words) - position), 1, -1):
        end = position + length
        english = lists.exact.get(" ".join(words[position:end])) or lists.phrases.get(
            " ".join(stems[position:end])
        )
        if english:
            return length, english
    return 0, ""


def _word(word: str, lists: Lexicon) -> str | None:
    found = lists.exact.get(word) or lists.forms.get(word)
    if found is None and len(word) >= STEM_FROM:
        found = lists.stems.get(stem(word))
    return found


def _stemmed(words: list[str]) -> str:
    return " ".join(stem(word) for word in words)


def _is_english(words: list[str]) -> bool:
    english = sum(word in _ENGLISH_CUES for word in words)
    return english > 0 and english > sum(word in _PORTUGUESE_CUES for word in words)


def _has_portuguese(words: list[str], lists: Lexicon) -> bool:
    return any(
        word in _PORTUGUESE_CUES
        or (word not in _BOTH and (lists.exact.get(word) or lists.forms.get(word) or word) != word)
        for word in words
    )
