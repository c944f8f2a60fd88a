"""Reading filters out of typed words: "anime de ação dos anos 90" is two genres and ten years.

Small and literal: longest known phrase first, a negation in front excludes, vague words ("robôs", "triste")
stay in the text and only rank. What is no filter and no filler stays as the text to search for. Each filter
knows the letters that it was read from (`Taken`), so that a page can show it and take it out again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.vocabulary import (
    COUNTRY_WORDS,
    GENRE_WORDS,
    KIND_WORDS,
    MOOD_WORDS,
    THEME_WORDS,
    is_filler,
    is_genre_hint,
)
from bitaca_core.search.company import readings
from bitaca_core.search.gloss import is_known
from bitaca_core.search.query import Query
from bitaca_core.search.spans import SHORT_FEATURE_S, durations, years, years_left_out
from bitaca_core.search.typed import Taken, Typed

PHRASE_MAX_WORDS = 5
TEXT_MAX_CHARS = 400
"""Longer questions are cut: nobody types more, and work per query stays bounded."""

NEGATIONS = ("que nao seja", "que nao sejam", "que nao tenha", "que nao tenham", "que nao", "nao quero", "nao quero nada", "nao quero nada de", "nada de", "nada", "sem ser",
             "nem seja", "nem", "exceto", "tirando", "menos", "pouco", "sem", "nao", "fora", "without", "except", "nothing", "not", "no",
             "but not", "odeio", "odeia", "odeiam", "detesto", "detesta", "nao gosto de", "nao gosta de", "nao curto", "nao curte", "nao suporto", "isnt", "isn t", "less", "less of")  # fmt: skip
LEAVING_OUT = frozenset(("que nao seja", "que nao sejam", "que nao tenha", "que nao tenham", "nao quero", "nao quero nada", "nao quero nada de", "nada de", "sem ser", "exceto", "tirando",
                         "sem", "without", "no", "nem", "nem seja"))  # fmt: skip
"""After these, a word that is no genre, theme or mood is a thing that the texts must not tell of."""
NOT_LEFT_OUT = frozenset(
    ["fala", "falas", "dialogo", "dialogos", "palavra", "palavras", "som", "cor", "cores", "voz", "vozes", "legenda", "legendas", "nome", "final", "fim", "corte", "cortes", "memoria", "nocao", "querer", "parar", "motivo", "sentido", "duvida", "dinheiro", "graca", "pe", "cabeca", "vergonha", "culpa", "saber", "compromisso", "enrolacao", "frescura", "words", "dialogue", "time", "more", "one"]
)  # fmt: skip
"""What a film can be without, in praise: "sem fala" describes it and leaves nothing out."""
ENGLISH_CUES = frozenset(
    ("the", "movie", "movies", "film", "films", "with", "but", "please", "something", "and", "show")
)
"""Words that tell an English "no" from the Portuguese "no" (in the)."""
_AGE = re.compile(
    r"\b(?:(?:livre |classificacao |idade )?(?:ate|para|pra) (?:os )?|criancas? de )(\d|1[0-8]) anos\b|\b(?:classificacao |para )livre\b|\blivre para todos\b"
)
_OCCASION = re.compile(
    r"\b(?:no|na|pro|pra|neste|nesse|nessa|durante o|num|de|do|hoje|hora do|depois do) (?:feriado|feriadao|fds|fim de semana|finde|almoco|jantar|domingo|domingao|sabado"
    r"|sexta|sextou|happy hour)(?: feira)?(?: (?:a|de|da) (?:tarde|noite|manha))?\b|\bdo cinema\b(?= *$)|\bquem (?:gosta|curte|ama|adora) (?:de |do |da )?|\bwho likes\b"
)
"""When it is watched, and whom it is for, ranks nothing."""
_COLOURLESS = re.compile(
    r"\b(?:(?:nem|sem|sem ser|que nao seja|nada) )?(?:em )?(?:preto e branco|p b|pb)\b|\bblack and white\b"
)
_FORM = frozenset(
    [
        "filme",
        "filmes",
        "filminho",
        "filmao",
        "film",
        "films",
        "movie",
        "movies",
        "longa",
        "longas",
        "cinema",
        "serie",
        "series",
        "seriado",
        "curta",
        "curtas",
        "desenho",
        "desenhos",
        "titulo",
        "titulos",
        "obra",
        "producao",
        "coisa",
        "algo",
        "historia",
        "anime",
        "animes",
        "minisserie",
        "classico",
        "classicos",
        "documentario",
        "show",
        "shows",
        "lancamento",
        "lancamentos",
        "diretor",
        "diretora",
        "cineasta",
    ]
)
"""What a country belongs to when it says where a film was made; before anybody else it says who they are."""
_NOBODY_DIES = re.compile(
    r"\b(?:em que |que |onde )?(?:ninguem|nenhum \w+) (?:morr\w+|sofr\w+)\b|\bnobody dies\b"
)
REGIONS = {
    "africa": ("SN", "NG", "ZA", "EG", "ET", "ML", "BF", "MR", "DZ", "TN", "MA", "KE", "AO", "MZ", "CV", "GH"),
    "europa": ("FR", "IT", "DE", "ES", "PT", "GB", "IE", "BE", "LU", "CH", "SE", "DK", "NO", "FI", "IS", "NL", "AT", "PL", "CZ", "HU", "RO", "GR", "LV",
               "LT", "EE", "RU", "UA", "RS", "HR"),
    "asia": ("JP", "KR", "CN", "HK", "TW", "IN", "IR", "TH", "VN", "ID", "PH", "MY", "TR", "IL"),
    "america-latina": ("AR", "CL", "MX", "CO", "PE", "UY", "PY", "BO", "EC", "VE", "CU", "GT"),
    "nordicos": ("SE", "DK", "NO", "FI", "IS"),
}  # fmt: skip
REGION_WORDS = {
    word: region
    for region, words in {
        "africa": "africano africana africanos africanas african africa",
        "europa": "europeu europeia europeus europeias european europa",
        "asia": "oriental orientais asiatico asiatica asiaticos asiaticas asian asia",
        "america-latina": "latino latina latinos latinas latinoamericano latinoamericana latinoamericanos latinoamericanas latam",
        "nordicos": "nordico nordica nordicos nordicas escandinavo escandinava escandinavos escandinavas nordic scandinavian",
    }.items()
    for word in words.split()
}
"""Parts of the world, as countries; a "região" is read where a country is."""
_FEELING = re.compile(
    r"\b(?:(?:eu )?(?:to|tou|estou|ando|me sinto) (?:muito |meio |bem |tao |me sentindo )?(?P<how>triste|mal|sozinh[oa]|carente|na bad|pra baixo|depre|deprimid[oa]|sofrendo"
    r"|cansad[oa]|estressad[oa]|ansios[oa]|esgotad[oa]|nervos[oa])(?: e (?:triste|sozinh[oa]|cansad[oa]|carente|estressad[oa]|mal|ansios[oa]))?"
    r"|(?:tive um |depois de um |um )?dia (?:muito |bem )?(?P<day>ruim|dificil|pesado|puxado|cansativo|de cao))\b(?! (?:que|de ver)\b)"
)
_TIRED = ("cansad", "estressad", "ansios", "esgotad", "nervos", "puxado", "cansativo")
_PLACED = frozenset(("na", "no", "em", "nas", "nos", "pela", "pelo", "in"))
ATTACHED_WORDS = 3
_WATCHING = frozenset(("ver", "assistir", "watch", "watching", "curtir"))
_OCCASIONS = frozenset(
    [
        "night",
        "noite",
        "tarde",
        "sessao",
        "domingo",
        "sabado",
        "feriado",
        "ferias",
        "fim",
        "semana",
        "fds",
        "cinema",
        "em",
        "casa",
    ]
)
_PLAYABLE = re.compile(r"\b(?:que (?:da|de) (?:pra|para) (?:ver|assistir)|disponive(?:l|is)|da casa|watchable|available)(?: (?:agora|aqui|hoje|now|here))?\b")  # fmt: skip
_TONGUES = {"portugues": "pt", "ingles": "en", "japones": "ja", "espanhol": "es", "frances": "fr", "italiano": "it",
            "coreano": "ko", "alemao": "de", "portuguese": "pt", "english": "en", "japanese": "ja"}  # fmt: skip
_READ = re.compile(
    rf"\b(?:com )?(?:legendad[oa]s?|legendas?|subtitles?|subtitled)(?: (?:em|in|de) ({'|'.join(_TONGUES)}))?\b"
)
_HEARD = re.compile(
    rf"\b(?:(?:dublad[oa]s?|dubbed|falad[oa]s?)(?: (?:em|in) ({'|'.join(_TONGUES)}))?|(?:audio |em audio )?(?:em|in) ({'|'.join(_TONGUES)}))\b"
)
_NEGATED_MOODS: dict[str, tuple[str, ...]] = {
    "sangue": ("violento",), "violencia": ("violento",), "blood": ("violento",), "violence": ("violento",), "gore": ("violento",),
    "sanguinolencia": ("violento",), "tiroteio": ("violento",), "tiroteios": ("violento",), "pancadaria": ("violento",), "tortura": ("violento",),
    "tripas": ("violento",), "nojeira": ("violento",), "morte": ("violento", "triste"), "mortes": ("violento", "triste"),
    "ninguem morre": ("violento", "triste", "sombrio"), "morra": ("violento", "triste"), "susto": ("assustador",), "sustos": ("assustador",),
    "medo": ("assustador",), "jump scare": ("assustador",), "jumpscare": ("assustador",), "scary": ("assustador",), "assuste": ("assustador",),
    "faca chorar": ("triste",), "tristeza": ("triste",), "choro": ("triste",), "chorar": ("triste",), "sofrimento": ("triste", "sombrio"), "sofrencia": ("triste", "melancolico"),
    "acabe mal": ("triste", "sombrio"), "termine mal": ("triste", "sombrio"), "final triste": ("triste",), "final infeliz": ("triste",),
    "pesado": ("sombrio", "violento", "triste"), "pesada": ("sombrio", "violento", "triste"), "pesados": ("sombrio", "violento", "triste"),
    "deprimente": ("triste", "sombrio", "melancolico"), "depressivo": ("triste", "sombrio", "melancolico"), "depre": ("triste", "sombrio", "melancolico"),
    "baixo astral": ("triste", "sombrio", "melancolico"), "constrangedor": ("violento", "estranho"), "esquisitice": ("estranho",),
    "tensao": ("tenso",), "nervoso": ("tenso",), "parado": ("contemplativo",), "arrastado": ("contemplativo",), "lentidao": ("contemplativo",),
    "lerdo": ("contemplativo",), "chato": ("contemplativo",), "melacao": ("romantico",), "meloso": ("romantico",), "romantico demais": ("romantico",),
}  # fmt: skip
"""What is asked to be left out is often a thing; the titles say it as a mood."""
_TURN = re.compile(
    r"\s(?:mas|porem|so que|so q|mais so que|but)(?=\s)|\s(?=(?:sem|com menos|com mais|com humor|mais|menos|without|dos anos|de (?:19|20)\d\d|pra|para|pro|for)(?:\s|$))"
)
"""Where a title's name ends in "tipo X mas mais leve"."""
SHORT_EPISODE_S = 30 * 60
_TOLD = re.compile(
    r"\b(?:em que|no qual|na qual|onde|quando|que)\b(?! (?:nao )?(?:sejam?|tenham?|da|de|dao|durem?|gost\w+|curt\w+|ama|amam|ador\w+|odei\w+|detest\w+|suport\w+|tem (?:menos|mais)|esta|estao|saiu|sairam|foi|foram)\b)"
    r"(?=(?: \S+){3})|\b(?:se passa|passad[oa]s?|ambientad[oa]s?) (?:em|no|na|nos|nas|durante)\b|\b(?:where|who|in which|about a|about an)\b(?=(?: \S+){3})"
)
"""Where a plot begins to be told: "um policial" in it is somebody, not a genre, and a year is not when it was made."""
LIKE = re.compile(
    r"\b(?:(?:algo |alguma coisa |um filme |filmes? |series? |animes? |titulos? )?(?:parecid[oa]s? (?:com|a|ao)|similar(?:es)? (?:a|ao|to)|"
    r"semelhantes? (?:a|ao)|que nem|igual(?: a| ao)?|(?:n?a |com a )?mesma (?:vibe|pegada|linha|energia|onda|levada) d[eoa]|na pegada d[eoa]|na vibe d[eoa]|no clima d[eoa]|no estilo d[eoa]|no estilo|estilo|na linha d[eo]|na mesma linha d[eo]|mistura d[eo]|tipo|assim como|algo como|same as|(?:something |anything |movies? |films? |shows? |anime )like|^like))\s+(.+)$"
)
"""A question for titles like another; the group is what should be that title's name."""
_GENERIC_KINDS = frozenset(
    ("filme", "filmes", "filminho", "movie", "movies", "film", "films", "show", "shows")
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text taken apart: the query, and every filter of it with its place, in the order of the text."""

    query: Query
    found: tuple[Taken, ...]


@dataclass(slots=True)
class _Slots:
    genres: list[str] = field(default_factory=list)
    exclude_genres: list[str] = field(default_factory=list)
    exclude_themes: list[str] = field(default_factory=list)
    moods: list[str] = field(default_factory=list)
    exclude_moods: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    exclude_countries: list[str] = field(default_factory=list)
    exclude_words: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)


def read_query(text: str, language: str = "pt") -> Query:
    """Read genres, years, decades, durations, countries, kinds and company out of `text`; the rest stays `text`. See `read`."""
    return read(text, language).query


def read(text: str, language: str = "pt") -> Reading:
    """Return the filters that `text` names and, as the query's `text`, the words that are left to search for.

    Parameters
    ----------
    text : str
        What was typed, in Portuguese or English.
    language : str
        BCP 47; both languages are understood whatever it says, it only breaks ties.
    """
    typed = Typed(text[:TEXT_MAX_CHARS])
    told = _TOLD.search(_NOBODY_DIES.sub(lambda match: "_" * len(match[0]), typed.rest))
    plot = told.start() if told else len(typed.rest)
    exclude_years = years_left_out(typed)
    typed.take_all(_COLOURLESS)
    year_min, year_max = years(typed, plot)
    shortest_s, longest_s, vague = durations(typed, plot)
    company, company_age = _company(typed, plot)
    if (occasion := _OCCASION.search(typed.rest)) and occasion.start() < plot:
        typed.take_span(occasion.start(), occasion.end(), "", None)
    max_age = _age(typed, plot)
    heard, read_in = _languages(typed, plot)
    playable = typed.take(_PLAYABLE, "playable", lambda _: "now") is not None
    slots = _Slots()
    if typed.take(_NOBODY_DIES, "mood", lambda _: "violento", negated=True):
        slots.exclude_moods.extend(_NEGATED_MOODS["ninguem morre"])
    if (feeling := _FEELING.search(typed.rest)) and feeling.start() < plot:
        # Who says how they feel asks for what does them good, not for more of it.
        mood = "leve" if any(one in feeling[0] for one in _TIRED) else "aconchegante"
        typed.take_span(feeling.start(), feeling.end(), "mood", mood)
        slots.moods.append(mood)
    words = [word for word, _, _ in typed.words()]
    left = _phrases(typed, slots, plot, language.startswith("en") or not ENGLISH_CUES.isdisjoint(words))
    if vague and "series" in slots.kinds and longest_s == SHORT_FEATURE_S:
        longest_s = SHORT_EPISODE_S  # "animes curtinhos pra maratonar": it is the episodes that are short
        typed.found = [_shorter(one) if one.kind == "duration" else one for one in typed.found]
    query = Query(
        text=" ".join(left),
        genres=_unique(slots.genres),
        exclude_genres=_unique(slots.exclude_genres),
        exclude_themes=_unique(slots.exclude_themes),
        moods=_unique(slots.moods),
        exclude_moods=_unique(slots.exclude_moods),
        exclude_countries=_unique(slots.exclude_countries),
        exclude_words=_unique(slots.exclude_words),
        exclude_years=exclude_years,
        company=company,
        company_age=company_age,
        year_min=year_min,
        year_max=year_max,
        duration_min_s=shortest_s,
        duration_max_s=longest_s,
        countries=_unique(slots.countries),
        kinds=_unique(slots.kinds),
        max_age=max_age,
        audio_languages=heard,
        subtitle_languages=read_in,
        playable_only=playable,
    )
    return Reading(query, tuple(sorted(typed.found, key=lambda one: (one.start, one.end))))


def asks_for_like(text: str) -> str | None:
    """Return the words that should name a title when somebody asks for something like it, else None."""
    parts = split_like(text)
    return parts[1] if parts else None


def split_like(text: str) -> tuple[str, str, str] | None:
    """Take "um drama tipo X mas mais leve" apart: before, the name, after, folded; None when nothing alike is asked."""
    folded = fold(text[:TEXT_MAX_CHARS])
    match = LIKE.search(folded)
    if match is None:
        return None
    name, after = match[1], ""
    if turn := _TURN.search(name):
        name, after = name[: turn.start()], name[turn.end() :]
    return folded[: match.start()].strip(), name.strip(), after.strip()


def split_like_span(text: str) -> tuple[str, int, int] | None:
    """Return `(name, start, end)` of "tipo X" in a text as typed; None when nothing alike is asked."""
    typed = Typed(text[:TEXT_MAX_CHARS])
    match = LIKE.search(typed.rest)
    if match is None:
        return None
    turn = _TURN.search(match[1])
    end = match.start(1) + turn.start() if turn else match.end()
    typed.note("like", "", match.start(), end, False)
    return typed.rest[match.start(1) : end].strip(), typed.found[0].start, typed.found[0].end


def _shorter(one: Taken) -> Taken:
    return Taken(one.kind, f"-{SHORT_EPISODE_S}", one.start, one.end, one.negated)


def _unique(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _company(typed: Typed, plot: int) -> tuple[str | None, int | None]:
    """Return who watches along and how old the youngest is: the viewer's own company, not somebody's in a plot."""
    for slug, pattern in readings():
        for match in pattern.finditer(typed.rest):
            if match.start() >= plot or not _of_viewer(typed.rest, match):
                continue
            age = match.groupdict().get("age")
            typed.take_span(match.start(), match.end(), "company", slug if age is None else f"{slug}:{age}")
            return slug, None if age is None else int(age)
    return None, None


def _of_viewer(text: str, match: re.Match[str]) -> bool:
    """Return whether company is the viewer's: "pra ver com", "meu", at the beginning, or right after a kind of film."""
    if re.search(
        r"\b(?:ver|assistir|watch|watching|me(?:u|us)|minhas?|noss[oa]s?|my|our|toda|inteira|reunida|night|noite|luz|luzes|dois|encontro|aos|enquanto|while)\b",
        match[0],
    ):
        return True
    before = text[: match.start()].split()
    if before and before[-1] in _WATCHING:
        return True
    if match[0].startswith(("com ", "with ")) and _OCCASIONS.isdisjoint(
        before
    ):  # "filme com crianças" is about them
        return all(is_filler(word) and word not in _FORM for word in before)
    if all(is_filler(word) or word in _FORM or word in _OCCASIONS for word in before):
        return True
    return before[-1] in _FORM or before[-1] in GENRE_WORDS or before[-1] in MOOD_WORDS


def _age(typed: Typed, plot: int) -> int | None:
    match = typed.take(_AGE, "age", lambda match: match[1] or "0", plot)
    return None if match is None else int(match[1]) if match[1] else 0


def _languages(typed: Typed, plot: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the languages to hear and to read; "dublado" and "legendado" alone mean Portuguese."""

    def tongue(match: re.Match[str]) -> str:
        return _TONGUES.get(next((group for group in match.groups() if group), ""), "pt")

    to_read = typed.take(_READ, "subtitles", tongue)
    to_hear = typed.take(_HEARD, "audio", tongue, plot)
    return (tongue(to_hear),) if to_hear else (), (tongue(to_read),) if to_read else ()


def _phrases(typed: Typed, slots: _Slots, plot: int, english: bool) -> list[str]:
    """Fill the slots; return the rest without the asking words at both of its ends."""
    spans = typed.words()
    words = [word for word, _, _ in spans]
    left: list[str] = []
    negated_at: int | None = None
    position = 0
    while position < len(words):
        for length in range(min(PHRASE_MAX_WORDS, len(words) - position), 0, -1):
            phrase = " ".join(words[position : position + length])
            following = words[position + length :]
            if phrase in NEGATIONS and (phrase != "no" or english):
                aside = (
                    spans[position][1] >= plot
                    and phrase not in LEAVING_OUT
                    and not _of_film(words[:position])
                )
                if phrase in ("sem", "without") and not _of_film(words[:position]) and _is_theme(following):
                    continue  # "um cara sem memória" is somebody
                if not aside and _excludes(following):
                    negated_at = spans[position][1]
                    break
                if spans[position][1] < plot and (
                    thing := _thing_left_out(phrase, words[:position], following)
                ):
                    end = position + length + thing[1]
                    slots.exclude_words.append(thing[0])
                    typed.note("word", thing[0], spans[position][1], spans[end - 1][2], True)
                    length = end - position
                    break
            told = spans[position][1] >= plot and negated_at is None and phrase not in MOOD_WORDS
            here = (
                (phrase not in COUNTRY_WORDS and phrase not in REGION_WORDS)
                or negated_at is not None
                or _attached(words, position, length)
            )
            taken = None if told or not here else _take(phrase, negated_at is not None, slots)
            if taken is not None:
                kind, value, stays = taken
                start = spans[position][1] if negated_at is None else negated_at
                typed.note(kind, value, start, spans[position + length - 1][2], negated_at is not None)
                if stays:
                    left.extend(words[position : position + length])
                negated_at = None
                break
        else:
            length = 1
            left.append(words[position])
            if not is_filler(words[position]):
                negated_at = None
        position += length
    while left and is_filler(left[0]):
        del left[0]
    while left and is_filler(left[-1]) and " ".join(left[-2:]) not in THEME_WORDS:  # "road movie"
        del left[-1]
    return left


def _attached(words: list[str], position: int, length: int) -> bool:
    """Return whether a country says where a film was made: it is next to a kind of film, or nothing else is asked."""
    if position and words[position - 1] in _PLACED:
        return False
    around = words[max(0, position - ATTACHED_WORDS) : position]
    for place in range(len(around) - 1, -1, -1):
        word = around[place]
        if word in _FORM or word in KIND_WORDS or (word in GENRE_WORDS and not is_genre_hint(word)):
            return True
        if not (is_filler(word) or word in MOOD_WORDS or word in COUNTRY_WORDS or word in GENRE_WORDS):
            break
    behind = words[position + length : position + length + 2]
    if any(word in _FORM or (word in GENRE_WORDS and not is_genre_hint(word)) for word in behind):
        return True
    others = [word for word in (*words[:position], *words[position + length :]) if not is_filler(word)]
    return all(word in COUNTRY_WORDS or word in MOOD_WORDS for word in others)


def _thing_left_out(negation: str, before: list[str], following: list[str]) -> tuple[str, int] | None:
    """Return `(folded word, words used)` of "filme sem favela": a thing that a film is to do without."""
    if negation not in LEAVING_OUT or not _of_film(before):
        return None
    for place, word in enumerate(following[:3]):
        if word in _EMPTY_BEFORE:
            continue
        if word in NOT_LEFT_OUT or len(word) < 4 or is_filler(word) or not is_known(word):
            return None
        return word, place + 1
    return None


_EMPTY_BEFORE = frozenset(
    [
        "ser",
        "seja",
        "sejam",
        "ter",
        "tenha",
        "muito",
        "muita",
        "muitos",
        "muitas",
        "tanto",
        "tanta",
        "tao",
        "com",
        "de",
        "do",
        "da",
        "dos",
        "das",
        "o",
        "a",
        "os",
        "as",
        "um",
        "uma",
        "e",
        "nem",
        "cena",
        "cenas",
    ]
)


def _of_film(before: list[str]) -> bool:
    """Return whether the nearest noun before is a film's, not somebody's ("homem sem rosto")."""
    for word in reversed(before):
        if word in _FORM or word in KIND_WORDS or (word in GENRE_WORDS and not is_genre_hint(word)):
            return True
        if not (
            is_filler(word)
            or word in MOOD_WORDS
            or word in COUNTRY_WORDS
            or word.isdigit()
            or word in ("anos", "mas", "so", "bem")
        ):
            return False
    return True


def _excludes(following: list[str]) -> bool:
    """Return whether a genre, theme or mood comes right after the negation, fillers aside."""
    start = next((place for place, word in enumerate(following) if not is_filler(word)), len(following))
    rest = following[start:]
    phrases = (" ".join(rest[:length]) for length in range(1, min(PHRASE_MAX_WORDS, len(rest)) + 1))
    known = (GENRE_WORDS, THEME_WORDS, MOOD_WORDS, _NEGATED_MOODS, COUNTRY_WORDS, REGION_WORDS)
    return any(phrase in words for phrase in phrases for words in known)


def _is_theme(following: list[str]) -> bool:
    """Return whether what comes next is a theme and nothing that a film itself is."""
    word = next((word for word in following if not is_filler(word)), "")
    return (
        word in THEME_WORDS
        and word not in MOOD_WORDS
        and word not in _NEGATED_MOODS
        and word not in GENRE_WORDS
    )


def _take(phrase: str, negated: bool, slots: _Slots) -> tuple[str, str, bool] | None:
    """Put a known phrase into its slot; return `(kind, value, whether its words still rank)`, None for no filter."""
    genre = GENRE_WORDS.get(phrase)
    if negated:
        return _take_negated(phrase, genre, slots)
    if genre is not None and not is_genre_hint(phrase):
        slots.genres.append(genre)
        return "genre", genre, False
    if (country := COUNTRY_WORDS.get(phrase)) is not None:
        slots.countries.append(country)
        return "country", country, False
    if (region := REGION_WORDS.get(phrase)) is not None:
        slots.countries.extend(REGIONS[region])
        return "region", region, False
    if phrase in KIND_WORDS and phrase not in _GENERIC_KINDS:
        slots.kinds.append(KIND_WORDS[phrase])
        return "kind", KIND_WORDS[phrase], False
    if (mood := MOOD_WORDS.get(phrase)) is not None:
        slots.moods.append(mood)
        return "mood", mood, True
    return None


def _take_negated(phrase: str, genre: str | None, slots: _Slots) -> tuple[str, str, bool] | None:
    theme = THEME_WORDS.get(phrase)
    mood = MOOD_WORDS.get(phrase)
    moods = _NEGATED_MOODS.get(phrase) or ((mood,) if mood is not None else ())
    if genre is not None and (
        genre in slots.genres or (is_genre_hint(phrase) and not moods and theme is None)
    ):
        # "ficção científica sem alienígenas", "comédia sem besteirol": the thing, not the genre that it hints at.
        slots.exclude_words.append(phrase)
        return "word", phrase, False
    if (region := REGION_WORDS.get(phrase)) is not None:
        slots.exclude_countries.extend(REGIONS[region])
        return "region", region, False
    country = COUNTRY_WORDS.get(phrase)
    if country is not None:
        slots.exclude_countries.append(country)
        return "country", country, False
    slots.exclude_moods.extend(moods)
    if theme is not None:
        slots.exclude_themes.append(theme)
    if genre is not None and not (is_genre_hint(phrase) and moods):
        slots.exclude_genres.append(genre)
        return "genre", genre, False
    if moods:
        return "mood", moods[0], False
    return ("theme", theme, False) if theme is not None else None
