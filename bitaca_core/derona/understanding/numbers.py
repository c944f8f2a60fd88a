"""What a message counts: minutes, years, ages, seconds. Literal rules over folded words.

Units: durations in minutes, years inclusive, ages one of Brazil's classes (classificação indicativa), seconds for
the player. Places in a list, and `antigo` or `curto` without a number, are phrases (`data/cues/spoken.txt`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CLASSES = (0, 10, 12, 14, 16, 18)
LONG_MIN = 180
"""`longo` without a number; a film that takes as long is long, unless less is asked for."""
CENTURY = 2001

_UNITS = {
    "zero": 0, "um": 1, "uma": 1, "dois": 2, "duas": 2, "tres": 3, "quatro": 4, "cinco": 5, "seis": 6, "sete": 7, "oito": 8, "nove": 9,
    "dez": 10, "onze": 11, "doze": 12, "treze": 13, "catorze": 14, "quatorze": 14, "quinze": 15, "dezesseis": 16, "dezessete": 17,
    "dezoito": 18, "dezenove": 19, "vinte": 20, "trinta": 30, "quarenta": 40, "cinquenta": 50, "sessenta": 60, "setenta": 70, "oitenta": 80,
    "noventa": 90, "cem": 100, "cento": 100, "duzentos": 200,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30,
    "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
}  # fmt: skip
_TENS = frozenset(word for word, value in _UNITS.items() if value >= 20 and value % 10 == 0)
_DECADES = {
    "vinte": 1920, "trinta": 1930, "quarenta": 1940, "cinquenta": 1950, "sessenta": 1960, "setenta": 1970, "oitenta": 1980, "noventa": 1990,
    "twenties": 1920, "thirties": 1930, "forties": 1940, "fifties": 1950, "sixties": 1960, "seventies": 1970, "eighties": 1980, "nineties": 1990,
    "oitentista": 1980, "oitentistas": 1980, "noventista": 1990, "noventistas": 1990, "setentista": 1970, "setentistas": 1970, "sessentista": 1960,
    "anos oitenta": 1980, "noughties": 2000,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """An inclusive span; None is open."""

    low: int | None = None
    high: int | None = None


def class_of(age: int) -> int:
    """Return the highest age class up to an age in years."""
    return max(one for one in CLASSES if one <= age)


def spelled(text: str) -> str:
    """Return `text` with number words as digits: `vinte e cinco` 25, `one hundred` 100, `uma hora` 1 hora.

    `um` and `uma` stay unless a unit of time follows, `segundo` is no number.
    """
    words, out, at = text.split(), [], 0
    while at < len(words):
        word = words[at]
        value = _UNITS.get(word)
        if value is None or (word in ("um", "uma", "one") and not _unit(words, at + 1)):
            out.append(word)
            at += 1
            continue
        at += 1
        while at < len(words):
            joined = words[at] in ("e", "and") and at + 1 < len(words)
            following = words[at + 1] if joined else words[at]
            more = _UNITS.get(following)
            if more is None or not ((value >= 20 and value % 10 == 0 and 0 < more < 10) or (value % 100 == 0 and 0 < more < 100 and value > 0)) or (joined and _unit(words, at + 2) is False and words[at - 1] not in _TENS and value < 100):  # fmt: skip
                break
            value += more
            at += 2 if joined else 1
        out.append(str(value))
    return " ".join(out)


def _unit(words: list[str], at: int) -> bool:
    return at < len(words) and re.fullmatch(
        r"h|hr|hrs|hora|horas|horinha|hour|hours|min|mins|minuto|minutos|minutinhos?|minutes?|segundos?|segundinhos?|seg|seconds?|secs?", words[at]
    ) is not None  # fmt: skip


_H = r"(?:h|hr|hrs|horas?|horinhas?|hours?|hr)"
_M = r"(?:m|min|mins|minutos?|minutinhos?|minutim|minutin|minutes?)"
_LENGTH = re.compile(
    rf"\b(?P<h>\d{{1,2}}) ?{_H} ?(?:e |and )?(?P<hm>\d{{1,2}})(?: ?{_M})?\b(?! ?{_H})|\b(?P<hhalf>\d{{1,2}}) ?{_H} e meia\b|\b(?P<h2>\d{{1,2}}) and a half hours?\b"
    rf"|\b(?:an? hour and|(?:1 )?hora e) (?P<more>\d{{1,2}}|a quarter)\b(?! ?{_H})|\bhora e meia\b|\b(?:an? )?hour and a half\b|\b(?P<h3>\d{{1,2}}) ?{_H}\b|\bmeia hora\b|\bmeia horinha\b|\bhalf an hour\b|\bhalf hour\b|\b(?P<m>\d{{1,3}}) ?{_M}\b|\buma? {_H}\b|\ban hour\b|\bhorinha\b"
)
_AT_LEAST = re.compile(
    r"(?:mais de|mais q|mais que|acima de|pelo menos|no minimo|minimo(?: de)?|maior(?:es)? (?:do )?que|pass(?:e|em|ar|a|am|ando) d[eo]|min|mais (?:longo|longa|comprido|comprida)s? (?:do )?que|over|more than|at least|longer than|minimum(?: of)?|upwards of|a partir de)(?: (?:de|uns|umas|umas boas))? $"
)
_AT_MOST = re.compile(
    r"\b(?:ate|menos|maximo|tenho|abaixo|menor|menores|under|less|most|max|up to|shorter|within|got|only|so|tops|livre|livres|i have)\b"
)
_AT_LEAST_AFTER = re.compile(
    r"^ (?:de filme |de duracao )?(?:ou mais|para mais|pra mais|e la vai|de duracao no minimo|para cima|pra cima|no minimo|minimo|pelo menos|or more|or longer|and up|plus|minimum|at least|em diante)\b"
)
_CLOCK = re.compile(
    r"\b(?P<h>\d{1,2})(?::|h)(?P<m>\d{2})(?: ?[ap]m)?\b|\b(?P<exact>\d{1,2}) ?(?:[ap]m|h)\b"
    r"|\b(?:(?P<past>half|quarter|\d{1,2}) past|(?P<to>quarter|\d{1,2}) to) (?P<of>\d{1,2})\b"
    r"|\b(?P<before>\d{1,2}) (?:para|pra|pras|para as|pras?) (?:as )?(?P<hour>\d{1,2})\b"
    r"|\b(?:sao|as|agora|ate|e) (?P<and>\d{1,2}) e (?P<more>meia|\d{1,2})\b"
    r"|\b(?:as|until|till|by|at|before|past) (?P<bare>\d{1,2})\b(?!:\d|h\d| ?(?:min|anos|years|%|filmes|horas? de))"
)
_SAID_CLOCKS = re.compile(
    r"\b(?:sao|agora|ate|as|livre|saio|sai|das|now|until|till|by|from|it s|its|it is|before|at|past|over)\b"
)
QUARTER = {"half": 30, "meia": 30, "quarter": 15}
FREE_MAX = 6 * 60
"""Minutes that somebody can be free between two clocks; more is no span for one film."""
DAY_FROM = 5


def minutes(text: str, plain: str) -> Span:
    """Return how long titles may be.

    Parameters
    ----------
    text : str
        Folded words with number words as digits (`spelled`).
    plain : str
        The same with its punctuation (`20:30`).
    """
    if (free := _between_clocks(plain)) is not None:
        return Span(None, free)
    spread = re.search(
        rf"\b(?:(?:entre|de|between|from) (\d{{2,3}}) (?:e|a|ate|and|to)|(\d{{2,3}}) (?:a|ate|to)) (\d{{2,3}}) ?{_M}\b",
        text,
    )
    if spread:
        return Span(int(spread[1] or spread[2]), int(spread[3]))
    hours = _HOURS.search(text)
    if hours:
        return Span(60 * int(hours["low"] or 1), 60 * int(hours["high"]))
    found = [(match, _length(match)) for match in _LENGTH.finditer(text)]
    found = [(match, length) for match, length in found if length]
    if len(found) >= 2 and re.search(r"\b(?:entre|de|between|from)\b", text[: found[0][0].start()]) and re.fullmatch(r" (?:e|a|ate|and|to) ", text[found[0][0].end() : found[1][0].start()]):  # fmt: skip
        return Span(found[0][1], found[1][1])
    if len(found) >= 2 and (bounds := _bounds(text, found)) is not None:
        return bounds
    if found:
        between = text[found[0][0].end() : found[1][0].start()] if len(found) == 2 else ""
        corrected = re.search(r"\b(?:nao|no|quer dizer|ou melhor|i mean|digo)\b", between) and not re.search(r"\b(?:e|and) (?:nao|not)\b", between)  # fmt: skip
        match, length = found[1 if corrected else 0]
        before, after = text[: match.start()], text[match.end() :]
        refused = re.search(
            r"\b(?:nao|nem|nada|not|no(?! m[ia][nx]imo)|don t|none|nothing|never|tira|tirar|tirando|tirasse|tire|cortar|corta|exclui|remove|drop) (?:\w+ ){0,5}$",
            before,
        )
        if _NOT_LESS.search(before):
            return Span(length, None)
        if re.match(r" (?:para|to) (?:escolher|decidir|choose|decide|pick)\b", after):
            return Span()  # when something else begins
        if length >= LONG_MIN and re.search(r"\bnao (?:dure|durem|precisa (?:ser|ter|durar)) $", before):
            return Span()  # no film is as short as that says
        if _AT_LEAST.search(before) and re.match(r".*\b(?:quero|prefiro|want) (?:menos|less)\b", after):
            return Span(None, length)
        if (_AT_LEAST.search(before) and not refused) or _AT_LEAST_AFTER.match(after):
            return Span(length, None)
        if re.search(r"\b(?:esquece|esqueca|forget|nevermind|never mind|ignora|desconsidera|plantao|turno|rolando|discutimos|passamos|perdi|scrolling|staring|arguing)\b", before) or length > FREE_MAX - 60 or re.match(r" (?:rolando|rodando|procurando|escolhendo|scrolling|searching|looking|of arguing|de briga|no catalogo)\b", after):  # fmt: skip
            return Span()  # how long something else took
        if re.search(r"\b(?:ha|faz|for|took us|estou ha|passei)(?: mais de| quase| an?)? $", before):
            return Span()
        if length >= LONG_MIN and not refused and not _AT_MOST.search(before):
            return Span(length, None)
        if re.search(
            r"\b(?:volta|voltar|avanca|pula|pular|adianta|back|forward|skip|rewind|minuto|faltam|falta|left)\b",
            before[-30:],
        ):
            return Span()
        return Span(None, length)
    bare = re.search(r"\b(?:ate|menos de|no maximo|maximo|under|less than|max)(?: de)? (\d{2,3})$", text)
    if bare and 20 <= int(bare[1]) <= 240 and int(bare[1]) > 18 and not re.search(r"\banos\b", text):
        return Span(None, int(bare[1]))
    return Span()


_HOURS = re.compile(
    rf"\b(?:entre|between) (?:(?P<low>\d)|uma|one)(?: ?{_H})? (?:e|and) (?P<high>[2-5])(?: ?{_H}\b(?! e)|$)"
)
"""`entre uma e duas horas`."""
_EXPLICIT_MOST = re.compile(
    r"\b(?:ate|no maximo|maximo(?: de)?|menos de|menos que|under|less than|up to|at most|max|dentro de|limite(?: \w+){0,2} (?:e|de)) $"
)
_NOT_LESS = re.compile(
    r"\b(?:nao|nada|nem|nenhum|nenhuma|not|nothing|no|none)\b(?: (?:me|traga|traz|bota|manda|quero|nada|com|algo|filmes?|films?|movies?|de|ter|tenha|que|seja|with|want))*"
    r" (?:menos|less|shorter|menor(?:es)?|mais curt[oa]s?|abaixo|under)(?: (?:de|do que|que|than))? $"
)
"""`não menos de`, `nothing shorter than`."""


def _bounds(text: str, found: list[tuple[re.Match[str], int]]) -> Span | None:
    """Return what two lengths bound, where the words say which is which; None where they do not."""
    least = [length for match, length in found if _AT_LEAST.search(text[: match.start()])]
    most = [length for match, length in found if _EXPLICIT_MOST.search(text[: match.start()])]
    if len(least) == len(most) == 1 and least[0] < most[0]:
        return Span(least[0], most[0])
    return Span(None, most[0]) if len(most) == 1 and not least else None


def _length(match: re.Match[str]) -> int:
    if match["h"]:
        return int(match["h"]) * 60 + int(match["hm"])
    if match["more"]:
        return 60 + (int(match["more"]) if match["more"].isdigit() else 15)
    if match["hhalf"] or match["h2"]:
        return int(match["hhalf"] or match["h2"]) * 60 + 30
    if match["h3"]:
        return int(match["h3"]) * 60
    if match["m"]:
        return int(match["m"])
    if ("meia" in match[0] and "e meia" not in match[0]) or match[0] in ("half an hour", "half hour"):
        return 30
    return 90 if "meia" in match[0] or "half" in match[0] else 60


def _between_clocks(plain: str) -> int | None:
    """Return the minutes from the first clock to the second: `são 20h30, tenho até 22h` is 90."""
    text = re.sub(r"\b(?:meia[- ]noite|midnight)\b", "24h", plain)
    text = re.sub(r"\b(?:meio[- ]dia|noon)\b", "12h", text)
    text = re.sub(r"(\d{1,2}h) e meia\b", r"\g<1>30", text)
    text = spelled(re.sub(r"[,.!?']+(?= |$)", " ", text).replace("'", " "))
    clocks = [_clock(match) for match in _CLOCK.finditer(text)]
    if len(clocks) < 2 or not _SAID_CLOCKS.search(text):
        return None
    first, last = clocks[0], clocks[1]
    if first < DAY_FROM * 60 and last < DAY_FROM * 60:
        return None
    free = (last - first) % (12 * 60)
    if free > FREE_MAX:
        free = 12 * 60 - free  # the end was said first: "até as 22h, são 20h30"
    return free or None


def _clock(match: re.Match[str]) -> int:
    """Return a clock in minutes of the day."""

    def part(name: str) -> int:
        return QUARTER.get(match[name]) or int(match[name])

    if match["h"]:
        return int(match["h"]) * 60 + int(match["m"])
    if match["past"]:
        return int(match["of"]) * 60 + part("past")
    if match["to"]:
        return int(match["of"]) * 60 - part("to")
    if match["before"]:
        return int(match["hour"]) * 60 - int(match["before"])
    if match["and"]:
        return int(match["and"]) * 60 + part("more")
    return int(match["exact"] or match["bare"]) * 60


_YEAR = r"(1[89]\d\d|20[0-4]\d)"
_DATED = re.compile(_YEAR)
_PAIR = re.compile(r"\b[3-9]\d\b")
_FROM = r"(?:a partir d[eo]s?(?: ano(?: de)?)?|desde|de|since|from|starting(?: in)?)"


def years(text: str) -> Span:
    """Return when titles may have been made."""
    if re.search(
        r"\b(?:neste|nesse|desse|deste|do|no) seculo(?: 21| xxi)?\b(?! (?:\d\d|xx\b|x[vi]+|passado))|\bseculo atual\b|\b(?:this|21st) century\b|\bseculo (?:21|xxi)\b",
        text,
    ):
        return Span(CENTURY, None)
    if _PAIR.search(text) or _DATED.search(text):
        if (born := _BORN.search(text)) is not None:
            return Span(None, int(born[1]) - 1)
        if not re.search(r"\b(?:desse|daquele|mesmo|that|same) (?:ano|year)\b", text):
            text = _NOT_MADE.sub(" ", text)
        if (between := _RANGE.search(text)) is not None:
            first, last = (_full(between[name]) for name in ("first", "last"))
            return Span(min(first, last), max(first, last))
    decade = _decade(text)
    if decade is not None:
        return decade
    if re.search(r"\bseculo (?:passado|20|xx)\b|\b20th century\b|\blast century\b", text):
        return Span(None, 2000)
    if not _DATED.search(text):
        return _short_years(text) if _PAIR.search(text) else Span()
    between = re.search(
        rf"\b(?:entre|de|between|from)(?: os anos)? {_YEAR} (?:e|a|ate|and|to|until) {_YEAR}\b", text
    )
    if between:
        first, last = sorted((int(between[1]), int(between[2])))
        return Span(first, last)
    told = Span()
    for pattern, low, high in _BOUNDS:
        match = re.search(pattern, text)
        if match:
            year = int(match[1])
            if told == Span():
                told = Span(None if low is None else year + low, None if high is None else year + high)
                text = text[: match.start()] + " ; " + text[match.end() :]
            elif low is not None and told.low is None and told.high is not None and year + low < told.high:
                return Span(year + low, told.high)
            elif high is not None and told.high is None and told.low is not None and year + high > told.low:
                return Span(told.low, year + high)
    if told != Span():
        return told
    exact = re.search(rf"\b{_YEAR}\b", text)
    if exact:
        return Span(int(exact[1]), int(exact[1]))
    return Span()


def _short_years(text: str) -> Span:
    """Return what years of two digits say (`antes de 64`)."""
    for pattern, low, high in _SHORT_BOUNDS:
        match = re.search(pattern, text)
        if match:
            year = 1900 + int(match[1])
            return Span(None if low is None else year + low, None if high is None else year + high)
    return Span()


def _full(year: str) -> int:
    """Return a year of two digits or four as one of four."""
    return int(year) if len(year) == 4 else 1900 + int(year)


_UNIT = r"(?! ?(?:min|m\b|h\b|hora|hour|anos|aninhos|years|ep|pessoas|people|filmes|%|reais|por cento|graus))"
_RANGE = re.compile(
    rf"(?<!anos )(?<!decada de )(?<!decadas de )\b(?:(?P<first>{_YEAR}|(?<=de )[3-9]\d|(?<=entre )[3-9]\d) (?:(?:a|ate|e|ou|to|until|or|and) (?:o ano (?:de )?)?)?(?P<last>{_YEAR}|(?<= a )[3-9]\d|(?<= e )[3-9]\d|(?<= ou )[3-9]\d|(?<= ate )[3-9]\d)\b){_UNIT}"
)
"""Two years with little between them."""
_BORN = re.compile(
    rf"\b(?:antes|before)\b(?: \w+){{1,4}} (?:nasc\w+|(?:was |were )?born)(?: em| in)? {_YEAR}\b"
)
_NOT_MADE = re.compile(
    rf"\b(?:born|nasc\w+|emigr\w+|cas(?:ei|ou|aram|amos)|married|moved|viu|vi|saw|caught)\b(?: \w+){{0,4}} (?:em|in|de) {_YEAR}\b|\b2001 (?:do kubrick|(?:uma )?odisseia)"
)
"""A year in which something else happened."""
_SHORT_BOUNDS: tuple[tuple[str, int | None, int | None], ...] = (
    (rf"\b(?:antes de|before) ([3-9]\d)\b{_UNIT}", None, -1),
    (rf"\b(?:depois de|after) ([3-9]\d)\b{_UNIT}", 1, None),
    (r"\b(?:de|dos|os) ([3-9]\d) (?:em diante|para ca|para frente|para a frente|onwards?)\b", 0, None),
    (rf"\b(?:filmes?|anime|serie|comedia|drama|terror|longa|curta) de ([4-9]\d)\b{_UNIT}", 0, 0),
)
"""Years of two digits."""
_NONE = r"(?:leave out|leaving out|cut|exclude|ignore|skip|nothing|nada|nenhum|nenhuma|not|no films?|no movies?|nem|nao pode ser|nao seja(?:m)?|nao quero(?: nada)?|nao|never|drop|remove|tira|exclui|corta|lose)(?: \w+){0,3}?"
_BOUNDS: tuple[tuple[str, int | None, int | None], ...] = (
    (rf"\b{_NONE} (?:before(?: the year)?|anterior(?:es)? a|antes de|mais (?:velh|antig)[oa]s? (?:do )?que|older than|earlier than) (?:o ano (?:de )?)?{_YEAR}\b", 0, None),
    (rf"\b{_NONE} (?:after|depois de|mais nov[oa]s? (?:do )?que|mais recentes? (?:do )?que|posterior(?:es)? a|newer than|later than) (?:o ano (?:de )?)?{_YEAR}\b", None, 0),
    (rf"\bno (?:older|earlier) than {_YEAR}\b", 0, None),
    (rf"\bno (?:newer|later|more recent) than {_YEAR}\b", None, 0),
    (rf"\b(?:post|pos) {_YEAR}\b", 1, None),
    (rf"\b(?:no later than|nothing past) {_YEAR}\b", None, 0),
    (rf"\b{_YEAR} (?:no maximo|at the latest|for tras)\b", None, 0),
    (rf"\b(?:para tras de|limita\w* a|no limite de) {_YEAR}\b", None, 0),
    (rf"\b{_YEAR} (?:or|ou) (?:later|newer|after|mais nov[oa]s?|mais recentes?|depois|mais)\b", 0, None),
    (rf"\b{_YEAR} (?:para|pra) (?:ca|cima|frente|a frente)\b", 0, None),
    (rf"\b{_YEAR} (?:em diante|onwards?|on|and (?:later|after|up|newer)|ou mais novo|ou mais recente)\b", 0, None),
    (rf"\b{_YEAR} (?:para|pra) (?:tras|baixo)\b", None, 0),
    (rf"\b(?:ate|until|up to|no maximo) (?:o ano (?:de )?)?{_YEAR}\b", None, 0),
    (rf"\b(?:antes d[eo]s?|anterior(?:es)? a|before|pre|mais antig[oa]s? (?:do )?que|mais velh[oa]s? (?:do )?que|older than|prior to|earlier than) (?:o ano (?:de )?)?{_YEAR}\b", None, -1),
    (rf"\b(?:depois d[eo]s?|apos|after|posterior(?:es)? a|mais nov[oa]s? (?:do )?que|mais recentes? (?:do )?que|newer than|later than) (?:o ano (?:de )?)?{_YEAR}\b", 1, None),
    (rf"\b(?:a partir d[eo]s?|desde|since|starting(?: in| from)?)(?: o ano)?(?: de)? {_YEAR}\b", 0, None),
    (rf"\bfrom {_YEAR} (?:on|onwards?|forward)\b", 0, None),
)  # fmt: skip


_DECADE = re.compile(
    rf"\b(?:anos|(?<=dos )ano|decadas?(?: de)?|decada dos anos) (?:{_YEAR}|(\d0)|({'|'.join(_DECADES)}))\b|\b(?:early |late |mid )?(?:{_YEAR}|(\d0)) ?s\b|\b({'|'.join(w for w in _DECADES if w.endswith(('ties', 'tista', 'tistas')))})\b"
    rf"|\bthe (?:{_YEAR}|(\d0))s\b"
    rf"|\b(?:d|n|pr)os ([3-9]0)\b{_UNIT}(?! (?:primeir|ultim|melhor))"
)


def _decade(text: str) -> Span | None:
    match = _DECADE.search(text)
    if match is None:
        return None
    token = next(group for group in match.groups() if group)
    start = _DECADES.get(token)
    if start is None:
        start = int(token) if len(token) == 4 else (1900 if int(token) >= 20 else 2000) + int(token)
    start -= start % 10
    before, after = text[: match.start()], text[match.end() :]
    if re.search(
        r"\b(?:antes d?[oa]?s?|before|anterior(?:es)? a[os]*|pre|older than|mais antig[oa]s? que(?: os)?)(?: the| os)? ?$",
        before,
    ):
        return Span(None, start - 1)
    if re.search(r"\b(?:depois d?[oa]?s?|after)(?: the| os)? ?$", before):
        return Span(start + 10, None)
    if re.search(r"\b(?:a partir d?[oa]?s?|desde(?: os)?|since)(?: the| os)? ?$", before) or re.match(
        r" (?:para|pra) (?:ca|frente)| em diante| onwards?| on\b", after
    ):
        return Span(start, None)
    if re.search(r"\b(?:ate|until|up to)(?: the| os)? ?$", before) or re.match(r" (?:para|pra) tras| (?:or|ou) (?:earlier|before|antes)", after):  # fmt: skip
        return Span(None, start + 9)
    again = re.match(
        r" (?:alias|digo|quer dizer|ou melhor|i mean|perdao|opa)(?: \w+){0,2}? (?:os |anos |the )*(\d0)s?\b",
        after,
    )
    if again and int(again[1]) >= 20:
        return Span(1900 + int(again[1]), 1909 + int(again[1]))
    beside = re.match(
        rf" ([3-9]0)\b{_UNIT}| ({'|'.join(w for w in _DECADES if w.endswith('ties'))})\b", after
    )
    if beside:
        second = 1900 + int(beside[1]) if beside[1] else _DECADES[beside[2]]
        return Span(min(start, second), max(start, second) + 9)
    later = re.match(
        r" (?:e|ou|a|ate|and|or|to) (?:os |the )?(?:anos )?(?:(\d0)s?|((?:19|20)\d0)s?|(\w+))\b", after
    )
    if later:
        token = next(group for group in later.groups() if group)
        other = _DECADES.get(token) or (int(token) if token.isdigit() and len(token) == 4 else (1900 if int(token) >= 20 else 2000) + int(token) if token.isdigit() else None)  # fmt: skip
        if other:
            return Span(min(start, other), max(start, other) + 9)
    return Span(start, start + 9)


_CHILD = r"(?:criancas?|criancada|filh[oa]s?|filhinh[oa]s?|filhot[ea]s?|bebes?|net[oa]s?|netinh[oa]s?|sobrinh[oa]s?|afilhad[oa]s?|enteada?o?s?|prim[oa]s?|priminh[oa]s?|molecada|moleques?|menin[oa]s?|gur[iy]s?|guria|pia|irmaozinho|irmazinha|irma[o]?|cacula|gemeos|gemeas|trigemeos|adolescentes?|aluno?a?s?|turma|mais velh[oa]|mais nov[oa]|pequen[oa]s?|kids?|children|child|sons?|daughters?|toddler|nephews?|nieces?|grandsons?|granddaughters?|grandkids?|boys?|girls?|brother|sister|cousin|teen|teenager|student|students|class|twins|one|ones)"
_OF_CHILD = re.compile(
    rf"\b{_CHILD}\b(?: \w+){{0,3}}? (?:tem|tao com|estao com|de|do|da|com|fez|faz|fara|completou|is|are|turned|turns|who is|who s|aged|age|of|s) (?:so |apenas |quase |just |only |about )?(\d{{1,2}})\b(?! ?(?:min|h\b|hora|p\b|ep|filmes|minut|seg|sec|x\b|por cento|temporada|pessoas|people))(?: (?:e|and|a|&) (?:outr[oa] de |um de |uma de )?(\d{{1,2}})\b(?! ?(?:min|h\b)))?"
    r"|\b(?:meu|minha|meus|minhas|uma?|pequen[oa]|eles|elas|gente|eu|teen) (?:tem |de |com )(\d{1,2})\b(?! ?(?:min|h\b|hora|p\b|ep|filmes|minut|seg|sec|x\b|por cento))(?: e (\d{1,2})\b)?"
)
_SMALL = re.compile(
    r"\b(?:she|he)(?: ?s| is)(?: (?:only|just|turning))* (\d{1,2})\b(?! ?(?:min|h\b|feet|years (?:older|younger)))|\b(?:ele|ela|menor|cacula)(?: so)? tem (\d{1,2})\b(?! ?(?:min|h\b|filmes|ep|temporadas))"
    rf"|\b{_CHILD} (?:de )?(\d{{1,2}}) (?:e |and )?(\d{{1,2}})\b(?! ?(?:min|h\b|hora|hour|filmes|ep))"
    r"|(?<!ha )(?<!faz )(?<!tem )(?<!uns )(?<!mais de )(?<!de )\b([1-9]) (?:anos?|aninhos|anitos)$|\b(?:para|pra|pro|p) ([1-9]) (?:anos?|aninhos)\b(?! atras)"
    r"|\b(?:de|ages?|between|from) (\d{1,2}) (?:a|to|and) [5-9]\d\b(?: (?:anos|years))?(?! ?(?:min|h\b))"
)
_CHILD_AFTER = re.compile(
    rf"\b(\d{{1,2}}) ?(?:anos?|aninhos?|anitos|year olds?|years? old|yo|yr olds?|y o)\b(?=.{{0,24}}\b{_CHILD}\b)|\b(\d{{1,2}}) ?(?:year olds?|yo|yr olds?|y o)\b"
)
_CLASS = re.compile(
    r"\b(?:classificacao|censura|faixa(?: etaria)?|rating|rated|classific\w+|maiores de|recomendad[oa]|liberad[oa]|indicad[oa]|proibid[oa]|permitid[oa])(?: indicativa)?(?: (?:de|ate|no maximo|para|pra|max|maxima|a partir de|under|up to|pg|maiores de|menores de|e|for|so|os))* (\d{1,2})\b"
    r"|\b(?:ate|no maximo|maximo|up to|max|limite de) (?:os )?(\d{1,2})(?: anos?| aninhos)\b(?! (?:atras|de idade da))|\b(?:ate|no maximo|maximo|up to)(?: os)? (10|12|14|16|18)$"
    r"|\b(\d{1,2}) ?(?:anos de (?:classificacao|censura))\b|\b(?:ages? |under |rated )(\d{1,2})\b(?! (?:min|hour))|\b(?:de|para|pra|for) (10|12|14|16|18)(?: anos)?(?: para baixo| pra baixo| or (?:under|younger))?$"
)
_NOT_ADULT = re.compile(
    r"\b(?:nada|sem|nao|nem|no|not|nothing|menos|sem ser|less|tira|tirar|tirando|fora|sem os|proibid[oa]s?|corta|exclui)"
    r" (?:de |ser |e |os |for |quero |filmes? |coisas? |pode |que |o |esses |sao |forem |para |rated |an |proibid[oa]s )*(?:mais |maiores? (?:de )?)?(?:acima de )?(18|16|14|12|10)\b(?! ?(?:min|h\b|anos atras|episod|ep))"
)
_UNDER = re.compile(
    r"\b(?:abaixo d[eo]s?|menor de|keep it under|strictly under) (18|16|14|12|10)\b(?! ?(?:min|h\b|hora))"
)
_BARE_CLASS = re.compile(
    r"(?<!por )(?<!em )(?<!durante )\b(10|12|14|16|18) anos\b(?! (?:atras|de (?:casad|carreira|namoro|ditadura)))|\b(?:pode|sobe para|libera|liberar|filtra|aumenta para|so|ate|abaixo de|limite|para|pra) (?:ser |os |de )*(10|12|14|16|18)\b(?! ?(?:min|h\b|hora|ep))|\b(10|12|14|16|18) (?:and|or) (?:under|younger|below)\b|\b(10|12|14|16|18) max\b|\bup to (?:age )?(10|12|14|16|18)\b|\b(10|12|14|16|18) (?:de classificacao|rating)\b"
)
_FREE = re.compile(
    r"\b(?:classificacao |censura |rating )?(?:livre(?: para| pra| de classificacao| em)?(?: todos?| todas as idades| o publico| qualquer idade)?)\b|\ball ages\b|\bfor all ages\b|\btodas as idades\b|\brated (?:l|g)\b|\bg rated\b|\bqualquer idade\b|\bevery age\b|\bany age\b|\buniversal rating\b"
)


def age_class(text: str, plain: str) -> int | None:
    """Return the highest age class that titles may have, None when nothing says so."""
    adult = re.search(
        r"(?<!\d)\+ ?(18|16|14|12|10)\b|\b(18|16|14|12|10) ?\+|\b(18|16|14|12|10) plus\b", plain
    )
    refused = _NOT_ADULT.search(re.sub(r" +", " ", re.sub(r"[+,]", " ", plain))) or _NOT_ADULT.search(text)
    over = re.search(
        r"\b(?:nao|nem|nada|sem)(?: \w+){0,2} (?:passar|passe|passem|acima|above|over|mais alto) (?:de |que )?(?:os )?(18|16|14|12|10)\b",
        text,
    )
    if over:
        return int(over[1])
    capped = re.search(
        r"\b(?:nothing|nada|anything)(?: \w+){0,2} (?:above|over|acima de)(?: an?)? (18|16|14|12|10)\b(?! ?(?:min|h\b|hora|hour))",
        text,
    )
    if capped:
        return int(capped[1])
    if under := _UNDER.search(text):
        return max(one for one in CLASSES if one < int(under[1]))
    if refused and not re.search(r"\b(?:min|minutos|minutes|horas?|hours?|eps?)\b", text):
        below = [one for one in CLASSES if one < int(refused[1])]
        return below[-1] if below else 0
    if adult:
        return int(next(group for group in adult.groups() if group))
    child = _OF_CHILD.search(text) or _CHILD_AFTER.search(text) or _SMALL.search(text)
    if child:
        ages = [int(group) for group in child.groups() if group]
        if ages and min(ages) <= 18:
            return class_of(min(ages))
    class_ = _CLASS.search(text)
    if class_:
        age = int(next(group for group in class_.groups() if group))
        if age <= 18:
            return class_of(age)
    bare = _BARE_CLASS.search(text)
    if bare:
        return int(next(group for group in bare.groups() if group))
    if re.search(r"\bclassificacao l\b|\bfaixa livre\b|\bsem restricao de idade\b", text):
        return 0
    if _FREE.search(text) and not re.search(
        r"\b\d ?h(?:oras?)? livre|\b(?:dia|noite|tempo|tarde|hora|horas|minutos|estou|ando|fico|mulher|amor|homem|ar|vida|espirito|cena|tarde|verso|luta|tema|ano|meia|me|queda|mercado) livre\b|\bnao precisa (?:mais )?ser livre\b|\blivre (?:agora|hoje|ate|das|as)\b",
        text,
    ):
        return 0
    if re.search(
        r"\b(?:proibid[oa]s? para menores|so (?:para )?adultos?|adults? only|para maiores|so adulto)\b", text
    ):
        return 18
    return None


_SECONDS = re.compile(
    rf"\b(?:(?P<m>\d{{1,3}}) ?{_M}(?: ?(?:e|and)? ?(?P<ms>\d{{1,2}}|meio|a half))?|(?P<s>\d{{1,4}}) ?(?:s|seg|segs|segundos?|segundinhos?|seconds?|secs?)|(?P<h>\d{{1,2}}|an|uma) ?{_H}(?: ?(?:e|and)? ?(?P<hm>\d{{1,2}}))?|(?P<half>meio minuto|half a minute|half minute)|(?P<one>um minuto|um minutinho|a minute|one minute))\b"
)
_STAMP = re.compile(r"\b(\d{1,2})[:h](\d{2})(?:[:m](\d{2}))?\b")


def seconds(text: str, plain: str) -> int | None:
    """Return the amount or the place in seconds that an order to a player names."""
    if re.search(r"\b(?:to the|para os|nos) (?:last|ultimos|finais) \d", text):
        return None  # how long the end is, not where it begins
    if re.search(r"\bquarto de hora\b|\bquarter of an hour\b|\bquarter hour\b", text):
        return 900
    if (signed := re.fullmatch(r"\s*[-+] ?(\d{1,3}) ?(?:s|seg|sec)?\s*", plain)) is not None:
        return int(signed[1])
    if re.search(r"\bminute and a half\b|\bminuto e meio\b", text) and not re.search(r"\b[2-9] minut", text):
        return 90
    if re.search(r"\b(?:ultimo minuto|last minute)\b", text):
        return 60
    stamp = _STAMP.search(plain)
    if stamp:
        parts = [int(part) for part in stamp.groups() if part is not None]
        if len(parts) == 3:
            return parts[0] * 3600 + parts[1] * 60 + parts[2]
        hours = "h" in stamp[0]
        return parts[0] * 3600 + parts[1] * 60 if hours else parts[0] * 60 + parts[1]
    minute = re.search(
        r"\b(?:minutos?|minute|min|mark) (\d{1,3})(?: e (\d{1,2})(?! ?min))?\b|\b(\d{1,3}) ?(?:minute|min) mark\b|\b(\d{1,3})o minuto\b",
        text,
    )
    if minute:
        return int(minute[1] or minute[3] or minute[4]) * 60 + int(minute[2] or 0)
    spot = re.search(r"\b(?:n|pr|a)?os (\d{1,3}) e (\d{2})\b(?! ?(?:min|seg|s\b|h))", text)
    if spot:
        return int(spot[1]) * 60 + int(spot[2])
    second = re.search(r"\b(?:segundo|second) (\d{1,3})\b", text)
    if second:
        return int(second[1])
    if re.search(r"\b(?:uma? )?hora e meia\b|\bhour and a half\b|\b1 ?h(?:ora)? e meia\b", text):
        return 5400
    if re.search(r"\bmeia hor(?:a|inha)\b|\bhalf an? hour\b|\bhalf hour\b", text):
        return 1800
    match = _SECONDS.search(text)
    if match is None:
        if re.search(r"\b(?:uma hora|an hour|one hour)\b", text):
            return 3600
        bare = re.search(
            r"\b(?:volta|voltar|avanca|avancar|pula|pular|adianta|back|forward|skip|rewind|ahead)(?: (?:uns|umas|mais|so|ahead|back|forward))? (\d{1,3})(?:$| (?:que|porque|please|por favor|ai)\b)|\b(\d{1,3}) para (?:frente|tras)\b",
            text,
        )
        return int(bare[1] or bare[2]) if bare else None
    if match["half"]:
        return 30
    if match["one"]:
        return 60
    if match["s"]:
        return int(match["s"])
    if match["h"]:
        hours_ = int(match["h"]) if match["h"].isdigit() else 1
        return hours_ * 3600 + int(match["hm"] or 0) * 60
    more = match["ms"]
    return int(match["m"]) * 60 + (30 if more in ("meio", "a half") else int(more or 0))
