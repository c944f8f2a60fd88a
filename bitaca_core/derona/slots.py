"""Slots: what a message asks for, in the catalogue's own terms (genres, years, seconds, ages, titles, people).

`extract` works on the words left after titles were masked (`titulo0`), removes each thing that it understands
from the rest, and leaves as `text` only what nobody else could read. Years are inclusive, durations in
seconds, ages in years.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from bitaca_core.derona.lexicon import Lexicon, lexicon
from bitaca_core.derona.names import Names, Span
from bitaca_core.derona.normalize import Message

SHORT_S = 30 * 60
"""`curtinho`: what fits into half an hour."""
LONG_S = 90 * 60
CHILD_AGE = 10
"""`pra criança` without an age."""
OLD_YEAR = 1999
"""`antigo` without a year."""
TEXT_WORDS_MAX = 12


@dataclass(frozen=True, slots=True)
class Slots:
    """Everything that one message names. Empty fields were not mentioned.

    `others` are people asked for beside `person`: all together, or any of them where `either`. `hinted` are genres that a word only hints at: they come first. `story` are the words that rank what is found (see
    `story`), `plot` whether they are more than names of themes.
    """

    titles: tuple[str, ...] = ()
    weak_title: str | None = None
    person: str | None = None
    others: tuple[str, ...] = ()
    either: bool = False
    genres: tuple[str, ...] = ()
    exclude_genres: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    exclude_themes: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    soft_exclude: tuple[str, ...] = ()
    prefer: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    exclude_countries: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    exclude_kinds: tuple[str, ...] = ()
    year_min: int | None = None
    year_max: int | None = None
    duration_min_s: int | None = None
    duration_max_s: int | None = None
    max_age: int | None = None
    playable: bool = False
    newest: bool = False
    popular: bool = False
    any_genre: bool = False
    ordinal: int | None = None
    reference: bool = False
    compare: str | None = None
    text: str = ""
    masked: str = ""
    exclude_titles: tuple[str, ...] = ()
    want_moods: tuple[str, ...] = ()
    exclude_moods: tuple[str, ...] = ()
    audio_languages: tuple[str, ...] = ()
    subtitle_languages: tuple[str, ...] = ()
    company: str | None = None
    hinted: tuple[str, ...] = ()
    story: str = ""
    plot: bool = False
    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def content(self) -> str:
        """The words nobody could read, empty when they are only function words and fillers."""
        known = lexicon().function_words
        words = [word for word in self.text.split() if len(word) > 2 and word not in known]
        return self.text if words else ""

    @property
    def unspoken(self) -> Slots:
        """The conditions alone, without the words that nobody read."""
        return replace(self, text="", story="", plot=False)

    @property
    def wishes(self) -> bool:
        """Whether anything was named that narrows a search."""
        return bool(
            self.genres or self.exclude_genres or self.themes or self.exclude_themes or self.moods
            or self.countries or self.exclude_countries or self.kinds or self.exclude_kinds or self.person
            or self.year_min or self.year_max or self.duration_min_s or self.duration_max_s
            or self.max_age is not None or self.playable or self.newest or self.popular
            or self.want_moods or self.exclude_moods or self.audio_languages or self.subtitle_languages or self.company or self.exclude_titles
        )  # fmt: skip


def mask(message: Message, spans: Sequence[Span]) -> str:
    """Return the words with each title replaced by `titulo<N>`."""
    out: list[str] = []
    place = 0
    for number, span in enumerate(spans):
        out.extend(message.words[place : span.start])
        out.append(f"titulo{number}")
        place = span.end
    out.extend(message.words[place:])
    return " ".join(out)


def extract(message: Message, names: Names, spans: Sequence[Span]) -> Slots:
    """Return the slots of a message in which the titles of `spans` are named."""
    masked = mask(message, spans)
    found: dict[str, object] = {
        "titles": tuple(dict.fromkeys(span.title_id for span in spans)),
        "masked": masked,
    }
    rest = re.sub(r"\btitulo\d+\b", " ", masked)
    rest = re.sub(r"\b(?:anything|everything|all) but\b", "without", rest)
    person = None if spans else names.person(message.words)
    if person:
        found["person"] = person
        rest = _without_person(rest, person)
    rest = _ages(rest, found)
    rest = _years(rest, found)
    rest = _durations(rest, message.plain, found)
    rest = re.sub(
        r"\b(?:estou|ando|fiquei|i m|i am|feeling) (?:\w+ )?(?:triste|sad|chatead[oa]|deprimid[oa])\b",
        " ",
        rest,
    )
    rest = _ordinals(rest, found)
    rest = _flags(rest, found)
    words = _lists(rest.split(), found, message.language)
    found["text"] = " ".join(words[:TEXT_WORDS_MAX])
    return Slots(**found)  # type: ignore[arg-type]


def _without_person(rest: str, person: str) -> str:
    from bitaca_core.catalogue.normalize import fold

    for word in fold(person).split():
        rest = re.sub(rf"\b{re.escape(word)}\b", " ", rest)
    return rest


_CHILD = r"(?:criancas?|criancada|filh[oa]s?|filhinh[oa]s?|bebes?|net[oa]s?|netinh[oa]s?|sobrinh[oa]s?|molecada|pequenos|pequenas|kids?|children|child|son|daughter|toddler|nephew|niece|family with kids)"
_AGE = re.compile(
    rf"\b{_CHILD}\b.{{0,18}}?\b(\d{{1,2}})\b(?: anos?)?|\b(\d{{1,2}})(?: anos| year olds?| years? old)\b(?=.{{0,18}}\b{_CHILD}\b)"
    r"|\b(?:ate|para|classificacao|maximo|de|para quem tem|censura|rated|rating|age|ages|up to|under) (?:os )?(\d{1,2}) (?:anos|years)\b(?! (?:de idade )?(?:atras|ago))"
    r"|\b(?:classificacao|censura|faixa etaria|rating|rated) (?:indicativa )?(?:ate |de |para )?(\d{1,2})\b|\b(\d{1,2}) (?:anos|year olds?)\b"
)


def _ages(rest: str, found: dict[str, object]) -> str:
    match = _AGE.search(rest)
    if match:
        age = int(next(group for group in match.groups() if group is not None))
        if age <= 18:
            found["max_age"] = age
            rest = rest[: match.start()] + " " + re.sub(r"\d+", " ", match[0]) + " " + rest[match.end() :]
            return _drop_children(rest)
    if re.search(
        r"\b(?:classificacao|censura) livre\b|\blivre (?:para|pra) todos?\b|\brated l\b|\ball ages\b|\bpara todas as idades\b",
        rest,
    ):
        found["max_age"] = 0
        return re.sub(r"\b(classificacao|censura|livre|rated|all|ages|todas|idades)\b", " ", rest)
    child = re.search(rf"\b{_CHILD}\b", rest)
    if (
        child
        and re.search(
            rf"\b(?:para|com|pra|for|with|to|my|minha|meu|meus|minhas|as|os|uma?|que) (?:(?:as|os|a|o|meus?|minhas?|uma?|my|our|the|toda a?) ){{0,2}}{_CHILD}\b",
            rest,
        )
        and not re.search(rf"\b(?:sobre|about) (?:\w+ ){{0,2}}{_CHILD}\b", rest)
    ):
        found["max_age"] = CHILD_AGE
        return _drop_children(rest)
    return rest


def _drop_children(rest: str) -> str:
    return re.sub(rf"\b({_CHILD}|anos|idade|year|years|old|olds)\b", " ", rest)


_YEAR = r"(1[89]\d\d|20[0-4]\d)"
_DATED = re.compile(_YEAR)


@lru_cache(maxsize=1)
def _decades() -> re.Pattern[str]:
    spoken = "|".join(lexicon().decades)
    english = "|".join(word for word in lexicon().decades if word.endswith("ties"))
    return re.compile(
        rf"\b(?:(?:n?os )?anos|decada(?: de)?|d?os anos) (?:({_YEAR})|(\d0)|({spoken}))\b|\b(?:the )?(?:(19\d0|20[0-4]0)|(\d0)) ?s\b"
        rf"|\b(?:(19\d0|20[0-4]0)|(\d0))s\b|\b(?:the )?({english})\b"
    )


def _years(rest: str, found: dict[str, object]) -> str:
    decade = _decades().search(rest)
    if decade:
        token = next(group for group in decade.groups() if group)
        start = lexicon().decades.get(token)
        if start is None:
            start = int(token) if len(token) == 4 else (1900 if int(token) >= 30 else 2000) + int(token)
        start -= start % 10
        low, high = start, start + 9
        before = rest[: decade.start()]
        if re.search(r"\b(?:antes d[oa]s?|before|anterior(?:es)? a[os]*)\s*$", before):
            low, high = None, start - 1  # type: ignore[assignment]
        elif re.search(r"\b(?:depois d[oa]s?|a partir d[oa]s?|desde(?: os)?|since|after)\s*$", before):
            low, high = start, None  # type: ignore[assignment]
        found.update({"year_min": low, "year_max": high})
        return rest[: decade.start()] + " " + rest[decade.end() :]
    if not _DATED.search(rest):
        return _old(rest, found)
    between = re.search(
        rf"\b(?:entre|de|between|from) (?:os anos )?{_YEAR} (?:e|a|ate|and|to) {_YEAR}\b", rest
    )
    if between:
        low, high = sorted((int(between[1]), int(between[2])))
        found.update({"year_min": low, "year_max": high})
        return rest[: between.start()] + " " + rest[between.end() :]
    rules = (
        (rf"\b(?:antes de|anterior(?:es)? a|before|pre) (?:o ano )?{_YEAR}\b", lambda y: (None, y - 1)),
        (rf"\b(?:ate|until|up to) (?:o ano (?:de )?)?{_YEAR}\b", lambda y: (None, y)),
        (rf"\b(?:depois de|apos|after|posterior a|mais novos? que) {_YEAR}\b", lambda y: (y + 1, None)),
        (rf"\b(?:a partir de|desde|since|from) {_YEAR}(?: on)?\b(?! ?(?:movie|film))", lambda y: (y, None)),
        (rf"\b(?:de )?{_YEAR} (?:para ca|em diante|pra ca|onwards?)\b", lambda y: (y, None)),
    )
    for pattern, bounds in rules:
        match = re.search(pattern, rest)
        if match and not (match[0].startswith("from") and not match[0].endswith(" on")):
            low_high = bounds(int(match[1]))
            found.update({"year_min": low_high[0], "year_max": low_high[1]})
            return rest[: match.start()] + " " + rest[match.end() :]
    exact = re.search(rf"\b{_YEAR}\b", rest)
    if exact:
        found.update({"year_min": int(exact[1]), "year_max": int(exact[1])})
        return rest[: exact.start()] + " " + rest[exact.end() :]
    return _old(rest, found)


_OLD = re.compile(
    r"(?<!mais )\b(antig[oa]s?|antigao|classic[oa]s?|classicos|old|classics?|das antigas|retro|vintage)\b(?! (?:anos|year))"
)


def _old(rest: str, found: dict[str, object]) -> str:
    old = _OLD.search(rest)
    if old and "older" not in rest:
        found["year_max"] = OLD_YEAR
        return rest[: old.start()] + " " + rest[old.end() :]
    return rest


_NUM = r"(?:\d{1,3}|um|uma|dois|duas|tres|quatro|cinco|seis|sete|oito|nove|dez|quinze|vinte|trinta|quarenta|cinquenta|sessenta|noventa|cem|one|two|three|four|five|ten|fifteen|twenty|thirty|forty|sixty|ninety|an|a)"
_SPAN = re.compile(
    rf"\b(?:(?P<half>meia hora|half an hour|half hour|30 min)|(?P<onehalf>(?:uma )?hora e meia|an hour and a half|one and a half hours)|"
    rf"(?P<h>{_NUM}) ?h(?:oras?|ours?)?\b(?: ?(?:e|and) (?P<hm>meia|\d{{1,2}})\b(?: minutos| minutes)?)?|(?P<hh>\d{{1,2}})h(?P<mm>\d{{1,2}})\b|"
    rf"(?P<m>{_NUM}) ?(?:minut(?:o|os|inhos?)|minutes?|mins?|m)\b|(?P<s>{_NUM}) ?(?:segundos?|seconds?|secs?)\b|(?P<hora>uma horinha|umas horinhas))"
)


def _span_s(match: re.Match[str]) -> int | None:
    numbers = {**lexicon().numbers, "a": 1, "an": 1}

    def value(token: str) -> int:
        return int(token) if token.isdigit() else numbers.get(token, 0)

    if match["half"]:
        return 1800
    if match["onehalf"]:
        return 5400
    if match["hora"]:
        return 3600
    if match["hh"]:
        return int(match["hh"]) * 3600 + int(match["mm"]) * 60
    if match["h"]:
        extra = 30 if match["hm"] == "meia" else int(match["hm"] or 0)
        return value(match["h"]) * 3600 + extra * 60
    return value(match["m"]) * 60 if match["m"] else value(match["s"])


_AROUND_BEFORE = re.compile(
    r"(?:\b(?:ate|no maximo|maximo|de no|menos de|menos que|abaixo de|menor(?:es)? (?:do )?que|mais de|acima de|pelo menos|no minimo|tenho|livres?|dure[m]?|dura[m]?|durando|uns|umas"
    r"|cerca de|por volta de|under|below|up to|shorter than|longer than|less than|fewer than|over|more than|at least|at most|about|around|have|lasting)\s*)+$"
)
_AT_MOST_AFTER = re.compile(r"^\s*(?:no maximo|no max|maximo|max|at most|tops|maximum)\b")
_BRIEF = re.compile(
    r"(?<!mais )(?<!um )\b(?:curt[oa]|curtinh[oa]s?|curtos|rapid(?:inh)?[oa]s?|breves?)\b(?! metrag)"
)
"""Words that say again what a spoken length already says."""


def _durations(rest: str, plain: str, found: dict[str, object]) -> str:
    match = _SPAN.search(rest)
    seconds = _span_s(match) if match else None
    if match and seconds:
        before, after = rest[: match.start()], rest[match.end() :]
        if re.search(
            r"\b(?:mais de|acima de|pelo menos|no minimo|maior que|over|more than|at least|longer than|passa de)\s*$",
            before,
        ):
            found["duration_min_s"] = seconds
        elif _AT_MOST_AFTER.search(after):
            found["duration_max_s"] = seconds
        elif re.search(
            r"^\s*(?:ou|e|or) mais\b|^\s*(?:mais ou menos|aproximadamente|or so|por ai)|^\s*(?:and|or) (?:more|up)\b",
            after,
        ) or (
            re.search(r"\b(?:uns|umas|cerca de|por volta de|about|around|dure|dura)\s*$", before)
            and not re.search(r"\b(?:tenho|have)\b", before)
        ):
            more = re.search(r"^\s*(?:ou|e|or|and) (?:mais|more|up)\b", after) and "menos" not in after
            found["duration_min_s"] = seconds if more else round(seconds * 0.75)
            if not more:
                found["duration_max_s"] = round(seconds * 1.25)
        else:
            found["duration_max_s"] = seconds
        before = _AROUND_BEFORE.sub(" ", before)
        after = _AT_MOST_AFTER.sub(" ", after)
        after = re.sub(
            r"^\s*(mais ou menos|ou menos|or less|livres?|free|or so|de duracao|long)\b", " ", after
        )
        return _BRIEF.sub(" ", f"{before} {after}")
    short = re.search(
        r"(?<!mais )\b(curtos?)\b|\b(?:serie|animacao|comedia|historia|coisa|aventura) (curtas?)\b|(?<!mais )(?<!um )\b(curtinh[oa]s?|curt[oa]s? (?:demais|e)|rapidinh[oa]s?|breve|quick)\b|(?<!mais )\b(?:algo|coisa|filme|serie|anime|animacao|desenho|animes|filmes|bem|something|anything|really) (curt[oa]s?|rapid[oa]s?|short)\b(?! film)"
        r"|\b(pouco tempo|little time|not much time)\b",
        rest,
    )
    if short:
        found["duration_max_s"] = SHORT_S
        word = next(group for group in short.groups() if group)
        return re.sub(rf"\b{word}\b", " ", rest, count=1)
    long = re.search(r"(?<!mais )\b(long[oa]s?|comprid[oa]s?)\b(?! metrage)", rest)
    if long and not re.search(r"\bhow long\b", rest):
        refused = re.search(r"\b(?:nao|nem|sem|nada|not|isn t)(?: \w+){0,3} $", rest[: long.start()])
        found["duration_max_s" if refused else "duration_min_s"] = LONG_S
        return rest[: long.start()] + " " + rest[long.end() :]
    return rest


def _ordinals(rest: str, found: dict[str, object]) -> str:
    table = lexicon().ordinals
    words = rest.split()
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        after = words[index + 1] if index + 1 < len(words) else ""
        number = table.get(word)
        if (
            number is None
            and before in ("o", "a", "numero", "number", "opcao", "option")
            and re.fullmatch(r"[1-9]|10", word)
            and not after.startswith(("min", "seg", "hor", "sec", "ano"))
        ):
            number = int(word)
        if number is None and word in ("penultimo", "penultima"):
            number = -2
        if (
            number is None
            or before.isdigit()
            or (before in lexicon().numbers and word in ("segundo", "segunda"))
        ):
            continue
        if (
            after in ("guerra", "mundial", "amor", "vez", "feira", "night", "temporada", "world")
            or after in ("seculo", "decada", "ano", "anos", "century", "decade", "year", "years")
            or before == "by"
        ):
            continue
        found["ordinal"] = number
        return " ".join(words[:index] + words[index + 1 :])
    return rest


_COMPARES = (
    (r"\bmais (curt[oa]s?|rapid[oa]s?|curtinh[oa]s?|breves?)\b|\bmenos (long[oa]|comprid[oa])\b|\bshort(?:er|est)\b|\bmenor(?:es)?\b", "shorter"),
    (r"\bmais (long[oa]s?|comprid[oa]s?|demorad[oa]s?)\b|\blong(?:er|est)\b", "longer"),
    (r"\bmais (antig[oa]s?|velh[oa]s?)\b|\bold(?:er|est)\b", "older"),
    (r"\bmais (nov[oa]s?|recentes?|atua(?:l|is)|modern[oa]s?)\b|\bnew(?:er|est)\b|\bmore recent\b", "newer"),
    (r"\bmais (leves?|tranquil[oa]s?|levinh[oa]s?|suaves?|calm[oa]s?|fof[oa]s?)\b|\bmenos (pesad[oa]s?|tens[oa]s?|violent[oa]s?|triste)\b|\blighter\b|\bless (heavy|dark|scary|violent)\b|\bmore relax\w+\b", "lighter"),
    (r"\bmais (pesad[oa]s?|intens[oa]s?|tens[oa]s?|sombri[oa]s?)\b|\b(?:darker|more intense|heavier)\b", "heavier"),
)  # fmt: skip


_COMPARED = re.compile("|".join(pattern for pattern, _ in _COMPARES))


def _flags(rest: str, found: dict[str, object]) -> str:
    for pattern, name in _COMPARES if _COMPARED.search(rest) else ():
        if re.search(pattern, rest) and not re.search(
            r"\b(?:shorter|longer|older|newer) than\b|\b(?:que|do que) \d", rest
        ):
            found["compare"] = name
            rest = re.sub(pattern, " ", rest)
            break
    if re.search(
        r"\b(?:esse|essa|este|esta (?=serie|animacao)|desse|dessa|deste|nesse|nessa|disso|isso|dele|dela|that one|this one|this|that|it)\b",
        rest,
    ):
        found["reference"] = True
    playable = re.search(
        r"\b(?:da|de) para (?:ver|assistir|passar|rodar|tocar)(?: (?:aqui|agora|de verdade|mesmo|ja))+|\bso (?:os|as|o) que (?:da|dao|tem|rodam|tocam|passam)\b.*"
        r"|\b(?:posso|consigo|da para|podemos) (?:ver|assistir) (?:aqui|agora)\b.*|\bdisponive(?:l|is)\b|\bcan i (?:actually )?(?:watch|play)\b.*|\bavailable\b|\bplayable\b|\bpassa(?:m)? aqui\b"
        r"|\bda para (?:ver|assistir)$|\bque (?:da|dao|de) para (?:ver|assistir)\b|\bda casa\b|\bque (?:roda|rodam|tocam|toca) aqui\b",
        rest,
    )
    if playable:
        found["playable"] = True
        rest = rest[: playable.start()] + " " + rest[playable.end() :]
    newest = re.search(
        r"(?<!mais )\b(nov[oa]s?|recentes?|lancamentos?|novidades?|estreias?|new|recent|latest|newest|releases?)\b",
        rest,
    )
    if newest and not re.search(r"(?<!tem )(?<!ha )\bde novo\b", rest):
        found["newest"] = True
        rest = rest[: newest.start()] + " " + rest[newest.end() :]
    popular = re.search(
        r"\b(mais (?:assistid|vist|popular|famos|bombad)\w+|popular(?:es)?|(?:mais )?bem avaliad\w+|melhor(?:es)? (?:avaliad\w+|nota)|(?:best|top|highest) rated|em alta|bombando|famos[oa]s?|most (?:watched|popular)|trending)\b",
        rest,
    )
    if popular:
        found["popular"] = True
        rest = rest[: popular.start()] + " " + rest[popular.end() :]
    short = re.search(
        r"(?<!something )(?<!anything )(?<!very )(?<!really )(?<!is )\bshorts?(?=$| films?\b| about\b| with\b| from\b)",
        rest,
    )
    if short:
        rest = f"{rest[: short.start()]} curta {rest[short.end() :]}"
    if re.search(r"\b(generos|categorias|genres|categories)\b", rest):
        found["any_genre"] = True
        rest = re.sub(r"\b(generos|categorias|genres|categories)\b", " ", rest)
    return rest


_NEGATIONS = frozenset(
    ("sem", "nada", "exceto", "nem", "menos", "without", "except", "nenhum", "nenhuma", "odeio", "detesto", "hate", "tirando", "evita", "cansei", "enjoei", "chega", "fora")
)  # fmt: skip
_NEGATIONS_EN = _NEGATIONS | {"no", "not", "dont", "don"}
_BRIDGE = {"de", "ser", "do", "da", "o", "a", "os", "as", "um", "uma", "muito", "muita", "muitos", "muitas", "tanto", "tanta", "filme", "filmes", "ter", "tenha", "seja", "quero", "gosto", "curto", "e", "for", "too",
           "any", "much", "please", "want", "like", "be", "is", "cenas", "com", "que", "quer", "the", "movies", "films", "tao", "bem", "mais", "demais", "coisa"}  # fmt: skip
_JOIN = {"e", "ou", "nem", "or", "and", "de"}


def _lists(words: list[str], found: dict[str, object], language: str) -> list[str]:
    """Read genres, themes, countries, kinds and moods, longest phrases first, with what negates them."""
    known = lexicon()
    negations = _NEGATIONS_EN if language == "en" else _NEGATIONS
    lists: dict[str, list[str]] = {}
    left: list[str] = []
    negative = False
    index = 0
    while index < len(words):
        size, kind, value = phrase_at(words, index, known)
        if size:
            phrase = " ".join(words[index : index + size])
            _put(lists, kind, value, negative)
            if kind == "genres" and not negative and _FILM.search(phrase):
                lists.setdefault("kinds", []).append("film")
            index += size
            continue
        word = words[index]
        following = words[index + 1] if index + 1 < len(words) else ""
        if word in negations or (
            word == "nao"
            and following
            in (
                "quero",
                "seja",
                "sejam",
                "gosto",
                "curto",
                "tenha",
                "for",
                "e",
                "de",
                "pode",
                "muito",
                "queria",
                "animacao",
                *known.genres,
                *known.countries,
            )
        ):
            negative = True
        elif (len(word) > 2 and word not in _BRIDGE | _JOIN) or (
            word == "quero" and words[index - 1 : index] not in (["nao"], ["nem"])
        ):
            negative = False
        if word not in known.filler and not word.isdigit() and word not in negations:
            left.append(word)
        index += 1
    for name in ("genres", "exclude_genres", "themes", "exclude_themes", "countries", "exclude_countries", "kinds", "exclude_kinds", "moods", "soft_exclude", "prefer"):  # fmt: skip
        found[name] = tuple(dict.fromkeys(lists.get(name, ())))
    wanted = lists.get("genres", ())
    found["exclude_genres"] = tuple(
        genre
        for genre in dict.fromkeys(lists.get("exclude_genres", ()))
        if genre not in lists.get("feared", ()) or genre not in wanted
    )
    barred = set(found["exclude_genres"])  # type: ignore[call-overload]
    found["genres"] = tuple(genre for genre in dict.fromkeys(lists.get("genres", ())) if genre not in barred)
    return left


_FILM = re.compile(r"\b(?:filmes?|movies?)\b")


def phrase_at(words: Sequence[str], index: int, known: Lexicon) -> tuple[int, str, str]:
    """Return how many words the longest known phrase at a place has, of which kind it is, and what it means; (0, "", "") for none."""
    for size in range(min(known.starts.get(words[index], 0), len(words) - index), 0, -1):
        phrase = " ".join(words[index : index + size])
        for kind, table in (
            ("moods", known.moods),
            ("genres", known.genres),
            ("countries", known.countries),
            ("kinds", known.kinds),
            ("themes", known.themes),
        ):
            if phrase in table:
                return size, kind, phrase if kind == "moods" else str(table[phrase])  # type: ignore[index]
    return 0, "", ""


def phrases(masked: str) -> list[tuple[int, str, str]]:
    """Return the known phrases of masked words, the longest first, each word used once: length, kind and meaning."""
    words, found, index = masked.split(), [], 0
    while index < len(words):
        one = phrase_at(words, index, lexicon())
        if one[0]:
            found.append(one)
        index += max(1, one[0])
    return found


def _put(lists: dict[str, list[str]], kind: str, value: str, negative: bool) -> None:
    if kind == "moods":
        mood = lexicon().moods[value]
        if negative and mood.avoid:
            lists.setdefault("soft_exclude", []).extend(mood.avoid)
            return
        if negative:
            if mood.genre:
                lists.setdefault("exclude_genres", []).append(mood.genre)
                lists.setdefault("feared", []).append(mood.genre)
            return
        lists.setdefault("moods", []).append(value)
        if mood.genre:
            lists.setdefault("genres", []).append(mood.genre)
        lists.setdefault("soft_exclude", []).extend(mood.exclude)
        lists.setdefault("prefer", []).extend(mood.prefer)
        return
    lists.setdefault(f"exclude_{kind}" if negative else kind, []).append(value)
