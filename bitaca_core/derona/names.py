"""Titles and people that a message names, exactly or nearly, among those of the catalogue and no others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bitaca_core.catalogue.normalize import fold, romaji_key
from bitaca_core.catalogue.titles import Title
from bitaca_core.derona import trusted
from bitaca_core.derona.lexicon import lexicon
from bitaca_core.derona.normalize import Message

NAME_WORDS_MAX = 12
PERSON_WORDS_MAX = 5
DIRECTED = 3
"""Titles that a director counts for when a surname is shared: films are asked for by who made them."""
PERSON_CUTOFF, PERSON_SET_CUTOFF = 86.0, 96.0
_ARTICLES = {"o", "a", "os", "as", "um", "uma", "the", "an"}


@dataclass(frozen=True, slots=True)
class Span:
    """A title named in words `start` to `end` (exclusive). A weak name is also an ordinary word."""

    title_id: str
    start: int
    end: int
    weak: bool = False


class Names:
    """An index over the names of titles and people. Immutable once built."""

    def __init__(self, titles: Iterable[Title]) -> None:
        self._exact: dict[str, str] = {}
        self._order: dict[str, int] = {}
        self._romaji: dict[str, str] = {}
        self._people: dict[str, str] = {}
        self._person_titles: dict[str, list[str]] = {}
        surnames: dict[str, set[str]] = {}
        firsts: dict[str, set[str]] = {}
        spoken: set[str] = set()
        self._directors: set[str] = set()
        for title in titles:
            self._directors.update(title.directors)
            self._order[title.title_id] = len(self._order)
            for name in names_of(title):
                self._exact.setdefault(name, title.title_id)
                self._romaji.setdefault(romaji_key(name), title.title_id)
                spoken.update(name.split())
            for person in filter(_could_be_typed, (*title.directors, *title.cast)):
                key = fold(person)
                self._people.setdefault(key, person)
                self._person_titles.setdefault(person, []).append(title.title_id)
                surnames.setdefault(key.split()[-1] if key else "", set()).add(person)
                if person in title.directors and " " in key:
                    firsts.setdefault(key.split()[0], set()).add(person)
        self._surnames = {
            word: next(iter(people))
            for word, people in surnames.items()
            if len(people) == 1 and len(word) > 2
        }
        self._called = {
            **{word: max(people, key=self._fame) for word, people in firsts.items() if len(word) > 4},
            **{word: max(people, key=self._fame) for word, people in surnames.items() if len(word) > 3},
        }
        self._person_words = frozenset(word for key in self._people for word in key.split() if len(word) > 2)
        self._person_choices = tuple(self._people)
        self._surname_choices = tuple(word for word in self._called if len(word) > 4)
        self.words: frozenset[str] = frozenset(spoken) | {
            word for key in self._people for word in key.split()
        }
        self._choices = tuple(name for name in self._exact if len(name) >= 4)
        self._begins: dict[str, int] = {}  # the most words of a name that begins with a word
        for name in (*self._exact, *self._romaji):
            first, size = name.split(" ", 1)[0], name.count(" ") + 1
            self._begins[first] = max(size, self._begins.get(first, 0))
        self._longest = min(NAME_WORDS_MAX, max((len(name.split()) for name in self._exact), default=1))

    def find(self, words: tuple[str, ...]) -> list[Span]:
        """Return the titles named exactly, longest names first, none overlapping, in order of place."""
        taken = [False] * len(words)
        found: list[Span] = []
        begins = [max(self._begins.get(word, 0), self._begins.get(romaji_key(word), 0)) for word in words]
        longest = min(self._longest, len(words), max(begins, default=0))
        for size in range(longest, 0, -1):
            for start in range(len(words) - size + 1):
                if begins[start] < size or any(taken[start : start + size]):
                    continue
                phrase = " ".join(words[start : start + size])
                title_id = self._exact.get(phrase) or (
                    self._romaji.get(romaji_key(phrase)) if size > 1 else None
                )
                if title_id is None:
                    continue
                weak = size == 1 and not distinctive(phrase)
                found.append(Span(title_id, start, start + size, weak))
                taken[start : start + size] = [True] * size
        return sorted(found, key=lambda span: span.start)

    @property
    def choices(self) -> tuple[str, ...]:
        """Every name of four letters and more, folded."""
        return self._choices

    def exact(self, name: str) -> str | None:
        """Return the title of this folded name."""
        return self._exact.get(name)

    def order(self, title_id: str) -> int:
        """Return the place of a title in the catalogue."""
        return self._order.get(title_id, 0)

    def nearness(self, title: Title, text: str) -> float:
        """Return how much the nearest of a title's names looks like `text`, 0-100."""
        key = fold(text)
        return max((fuzz.token_sort_ratio(name, key) for name in names_of(title)), default=0.0)

    def person(self, words: tuple[str, ...]) -> str | None:
        """Return the director or actor named in full, or by a surname that only one of them has."""
        for size in range(min(5, len(words)), 0, -1):
            for start in range(len(words) - size + 1):
                phrase = " ".join(words[start : start + size])
                if size > 1 and phrase in self._people:
                    return self._people[phrase]
                before = words[start - 1] if start else ""
                if size == 1 and phrase in self._surnames and before in _BY and distinctive(phrase):
                    return self._surnames[phrase]
        return None

    def in_full(self, words: tuple[str, ...]) -> list[str]:
        """Return the people whose whole name, of two words or more, stands in the folded `words`."""
        found = []
        for start in range(len(words) - 1):
            for size in range(min(PERSON_WORDS_MAX, len(words) - start), 1, -1):
                if person := self._people.get(" ".join(words[start : start + size])):
                    found.append(person)
                    break
        return found

    @property
    def person_words(self) -> frozenset[str]:
        """The folded words of all people's names."""
        return self._person_words

    def person_like(self, text: str) -> str | None:
        """Return the person whom folded `text` names: in full, by a surname that one alone has, or nearly so spelt."""
        found = self._people.get(text) or self._called.get(text)
        if found or len(text) < 4:
            return found
        near = process.extractOne(text, self._person_choices, scorer=fuzz.ratio, score_cutoff=PERSON_CUTOFF)
        if near is None and " " in text:
            near = process.extractOne(
                text, self._person_choices, scorer=fuzz.token_set_ratio, score_cutoff=PERSON_SET_CUTOFF
            )
        if near is not None:
            return self._people[near[0]]
        last = process.extractOne(text, self._surname_choices, scorer=fuzz.ratio, score_cutoff=PERSON_CUTOFF)
        return self._called[last[0]] if last is not None else None

    def _fame(self, person: str) -> tuple[int, str]:
        """More titles here, one directed before many acted in, then the alphabet: who is meant by a name of several people."""
        return DIRECTED * (person in self._directors) + len(set(self._person_titles.get(person, ()))), person

    def titles_by(self, person: str) -> tuple[str, ...]:
        """Return the ids of the titles that this person directed or acted in."""
        return tuple(dict.fromkeys(self._person_titles.get(person, ())))


_BY = {
    "do",
    "da",
    "de",
    "com",
    "by",
    "with",
    "diretor",
    "diretora",
    "director",
    "dirigido",
    "ator",
    "atriz",
    "o",
    "a",
}


def names_of(title: Title) -> list[str]:
    """Return the folded names that people may say for a title."""
    spoken: list[str] = []
    for name in (title.title_pt, title.original_title, title.title_en, *title.aliases):
        key = fold((name or "").replace("%", " por cento "))
        if not key:
            continue
        slang = lexicon().slang
        forms = {key, " ".join(slang.get(word, word) for word in key.split())}
        spoken.extend(form for form in sorted(forms) if form)
        bare = _bare(key)
        if bare != key and (len(bare.split()) > 1 or distinctive(bare)):
            spoken.append(bare)
    return spoken


def _bare(key: str) -> str:
    words = key.split()
    while len(words) > 1 and words[0] in _ARTICLES | {"do", "da"}:
        words = words[1:]
    return " ".join(words)


def distinctive(word: str) -> bool:
    """Return whether a single word can only be a name: no word of ordinary talk or of the catalogue's lists."""
    known = lexicon()
    return len(word) >= 4 and not (
        word in known.filler
        or word in known.portuguese
        or word in known.english
        or word in known.typo_safe
        or word in known.genres
        or word in known.themes
        or word in known.countries
        or word in known.kinds
        or word in known.moods
        or word in known.slang
        or word in known.numbers
        or word in known.ordinals
    )


_CUES = re.compile(
    r"\b(?:parecid\w*|semelhantes?|similar|tipo|como|igual|estilo|linha|vibe|pegada|like|to|as|que nem|assistir|assista|assisto|ver|vejo|toca|tocar|coloca|bota|poe|passa|roda|abre|quero|queria|da|dar|play|watch|put on|start|open"
    r"|tem|temos|voce|voces|onde|posso|aqui|por aqui|ai|disponivel|esta|can i|do you have|have|is|available|here|where|filmes?|series?|animes?|movies?|films?|show|quem|dirigiu|diretor|de que|que ano|ano|saiu|quanto|tempo|dura|qual|a classificacao|classificacao"
    r"|sinopse|sobre|about|me|fala|conta|mais|algo|outro|alguma coisa|something|anything|para|rodar|agora|por favor|please|do|de|e|na|no|o|a|the|of|com|by|mas|sem|but|conhece|i|vi|adorei|gostei|amei|curti|historia|trata|se|what|who|directed|how|long|year|tell)\b"
)


def guess_text(message: Message) -> str:
    """Return the words that may be a misspelt title: what is left between the words of asking."""
    text = re.split(r"\b(?:mas|sem|but|without|so que)\b", " ".join(message.typed))[0]
    cut = re.sub(r"\s+", " ", _CUES.sub(" ", text)).strip()
    return cut or text.strip()


def _could_be_typed(person: str) -> bool:
    """Return whether a person's name is one: letters alone are looked at no further, there are many."""
    return (len(person) <= trusted.NAME_CHARS and person.replace(" ", "").isalpha()) or trusted.is_name(
        person
    )
