"""The words of a message that tell a story: they rank what is found and rule nothing out.

"Empregada que mora na casa da patroa" names no genre and no year; "mãe com filhos lobo" speaks of no company. What was
read as a condition is taken out of the words, and what remains is asked of search, which looks for it in synopses.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.vocabulary import is_filler
from bitaca_core.derona import turning
from bitaca_core.derona.lexicon import Lexicon, lexicon
from bitaca_core.derona.slots import TEXT_WORDS_MAX, Slots, phrase_at

_TALK = frozenset(
    (
        "esquece", "esqueca", "deixa", "deixe", "tira", "tire", "troca", "troque", "bota", "bote", "poe", "inclui", "inclua",
        "falta", "faltou", "daqueles", "daquelas", "desses", "dessas", "esses", "essas", "destes", "estes", "mesmos", "mesmas",
        "sobe", "baixa", "filtra", "filtre", "restrinja", "limita", "fica", "fique", "verdade", "quer", "dizer", "pensando",
        "repetiu", "olha", "segue", "outra", "outro", "demais", "ainda", "oxe", "vish", "vixe", "eita", "poxa", "puxa", "hey",
        "classificacao", "obras", "portanto", "adapta", "clima", "vibe", "pegada", "keep", "lose", "drop", "instead", "actually",
        "rather", "swap", "too", "only", "just", "make", "those", "these", "lol", "guys", "favor", "obrigado", "valeu",
        "climao", "tudinho", "curti", "gostei", "adorei", "veia", "alma", "gostar", "ahn", "hum", "hm", "ok", "certo", "beleza", "entao", "too", "mudei", "plano", "planos", "pera", "calma",
    )
)  # fmt: skip
"""Words that speak of the list or to her, and of no film."""
_COMPANY = frozenset(
    (
        "mae", "pai", "pais", "vo", "vovo", "avo", "avos", "vovozinha", "namorada", "namorado", "marido", "esposa", "mulher", "noiva",
        "noivo", "amigos", "amigas", "amigo", "amiga", "galera", "turma", "gente", "familia", "filho", "filha", "filhos", "filhas",
        "crianca", "criancas", "criancada", "sobrinho", "sobrinha", "sobrinhos", "neto", "neta", "netos", "pessoal", "colegas",
        "girlfriend", "boyfriend", "wife", "husband", "friends", "friend", "family", "kids", "kid", "children", "child", "son",
        "daughter", "grandma", "grandpa", "grandmother", "grandfather", "parents", "mom", "mum", "dad", "nephew", "niece", "partner",
        "reunida", "todo", "toda", "ver", "assistir", "junto", "juntos", "sozinho", "sozinha", "myself", "alone", "gf", "bf", "boy", "date",
    )
)  # fmt: skip
"""Who watches along, where company was read."""
_FLESH = _COMPANY | frozenset(
    (
        "dia", "dias", "noite", "vida", "mesmo", "mesma", "trem", "casa", "chuva", "menor", "dois", "duas", "tres", "quatro", "cinco",
        "pequeno", "pequena", "grande", "sempre", "nunca", "fazer", "faz", "cada", "ninguem", "alguem", "pensar", "mundo", "cara",
        "primeiro", "primeira", "ultimo", "ultima", "segundo", "night", "day", "house", "two", "three", "first", "last", "someone",
        "never", "her", "his", "them", "who", "parte", "conta", "sofa", "tarde", "cedo", "ideia", "entre", "eles", "elas", "ele", "ela",
    )
)  # fmt: skip
"""Words that ask for nothing by themselves and tell something beside other words of a story."""
_REACH = 3
"""So near to a word of the story the flesh must stand."""
STORY_MIN = 4
"""In a story of so many words "new" says something of the story, not that the film is."""
_TITLE = re.compile(r"titulo\d+")


@dataclass(frozen=True, slots=True)
class Told:
    """`words` of the story, in their order; `plain` says that they are more than names of themes."""

    words: str = ""
    plain: bool = False


def told(slots: Slots, wanted: Collection[str], *, moods_read: bool, company: bool, refining: bool) -> Told:
    """Return what a message tells of a story.

    Parameters
    ----------
    slots : Slots
        With what rules and models read; what is a condition there is no story.
    wanted : collection of str
        Words that the models take for a theme or a name.
    moods_read : bool
        Whether the models read a mood, which then says what its word says.
    company : bool
        Whether they read who watches along, whose words then tell nothing else.
    refining : bool
        The message changes a list: beside its conditions only `wanted` words tell anything.
    """
    known = lexicon()
    words = [word for word in slots.masked.split() if not _TITLE.fullmatch(word)]
    unread = set(slots.text.split())
    themes = {word for phrase in wanted for word in phrase.split()}
    only_wanted = refining and replace(slots, kinds=()).wishes
    kept: set[int] = set()
    flesh: set[int] = set()
    felt: set[int] = set()  # a feeling that only the rules read tells something beside other words
    plain = False
    at = 0
    while at < len(words):
        size, kind, value = phrase_at(words, at, known)
        if size and _tells(slots, kind, value, moods_read):
            (felt if kind == "moods" else kept).update(range(at, at + size))
            plain = (
                plain
                or kind in ("genres", "countries")
                or (kind == "themes" and fold(value) != " ".join(words[at : at + size]))
            )
        elif (
            not size
            and _is_story(words[at], unread, known, company)
            and not (only_wanted and words[at] not in themes)
        ):
            kept.add(at)
            plain = True
        elif words[at] in _FLESH and not only_wanted and not (company and words[at] in _COMPANY):
            flesh.add(at)
        at += size or 1
    if not kept:
        return Told()
    said = turning.beside_freed(" ".join(words[at] for at in sorted(kept)), slots.masked).split()
    kept = {at for at in kept if words[at] in said}
    if not kept:
        return Told()
    kept |= felt | {at for at in flesh if any(abs(at - other) <= _REACH for other in kept)}
    return Told(" ".join(_with_joints(words, sorted(kept))[:TEXT_WORDS_MAX]), plain)


def _tells(slots: Slots, kind: str, value: str, moods_read: bool) -> bool:
    """Return whether a known phrase is no condition, so that it can only be part of a story."""
    if kind == "themes":
        return value in slots.themes
    if kind == "moods":
        return value in slots.moods and not moods_read
    if kind == "genres":
        return (
            value not in slots.genres
            and value not in slots.exclude_genres
            and not slots.any_genre
            and not slots.company
        )
    if kind == "countries":
        return value not in slots.countries and value not in slots.exclude_countries
    return False


def _is_story(word: str, unread: Collection[str], known: Lexicon, company: bool) -> bool:
    return (
        len(word) >= 3
        and word in unread
        and not word.isdigit()
        and word not in _TALK
        and word not in known.function_words
        and not is_filler(word)
        and not (company and word in _COMPANY)
    )


def _with_joints(words: Sequence[str], places: Sequence[int]) -> list[str]:
    """Return the words at `places` with one or two small words between them ("menino que vê gente")."""
    found = [words[places[0]]]
    for before, after in itertools.pairwise(places):
        between = words[before + 1 : after]
        if len(between) <= 2 and all(len(word) <= 3 and not word.isdigit() for word in between):
            found += between
        found.append(words[after])
    return found
