"""What a language model said, before anybody sees it: every sentence must pass, or it and the rest are dropped.

The checks hold whatever the model was talked into. They know the titles on the table and the words of this house, and
nothing of the prompt's good intentions: no address, no markup, no name that is not on the table, no number that is no
fact, no word of another trade, nothing of what happens after the synopsis.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title
from bitaca_core.derona import moderation, normalize, phrasing, trusted
from bitaca_core.derona.backends.base import Briefing, Fact
from bitaca_core.derona.backends.prompt import CHARS_MAX, SENTENCES_MAX, reader_rules, rules
from bitaca_core.derona.backends.retrieval import SAID
from bitaca_core.derona.lent import WHOLE_WORDS, Lent, film, lent
from bitaca_core.derona.lexicon import lexicon
from bitaca_core.derona.moderation.kinds import kinds_of
from bitaca_core.derona.names import Names
from bitaca_core.security.personal import redact_personal

SENTENCE_CHARS = 260
EMOJI_MAX = 1
ECHO_WORDS = 5
"""So many words in a row of the rules are an echo of them."""
WORDS_MIN = 4
"""Fewer words say nothing of a film; an answer to what the viewer was made to ask ("Sim.") is no addition."""
REPEAT_WORDS = 7
"""So many in a row of what was said already, or of what the viewer wrote, are a repetition."""
BORROWED_MAX = 2
"""Words a sentence may have that are only in the catalogue's own synopses."""
EMPTY = frozenset(("olha", "veja", "aqui", "isso", "esse", "essa", "este", "sim", "nao", "com", "por", "para", "que", "look", "here", "see", "yes", "with", "and", "for", "the", "this", "that"))  # fmt: skip
"""Words that tell nothing beside a name."""
FILM_WORDS = frozenset(
    [
        "filme",
        "filmes",
        "serie",
        "series",
        "anime",
        "animes",
        "curta",
        "documentario",
        "desenho",
        "historia",
        "cena",
        "cenas",
        "classico",
        "pedida",
        "escolha",
        "drama",
        "comedia",
        "film",
        "films",
        "movie",
        "movies",
        "show",
        "story",
        "scene",
        "scenes",
        "classic",
        "pick",
        "choice",
    ]
)
"""A first sentence has one of these, or a word of the facts."""
NUMBERS_MAX = 1
"""Numbers in words that a sentence may have and no fact has: "os dois" is talk, "dois mais dois" is arithmetic."""
HOUSE = frozenset(("derona", "bitaca"))
UNKIND = frozenset(("rude", "vile"))
"""Kinds of words that are said of no viewer, whatever else is in the sentence; a title's own facts may hold them."""

_MARKUP = re.compile(r"[<>{}\[\]|`\\^~*_#=@$%€£]|&#?\w+;|--|==|\(\s*\)|^\s*[-•>]")
_ADDRESS = re.compile(
    r"(?i)\b(?:barra|slash|arroba)\b|\w+\s*:\s*/|\bwww\b|\bhttps?\b|[^\W\d_]\.[^\W\d_]{2,}|\b(?:dot|ponto)\s+(?:com|br|net|org)\b"
)
_SECRET = re.compile(r"(?i)\b(?=\w*\d)(?=\w*[a-z])\w{8,}\b")
_SPOILER = re.compile(
    r"\b(?:no final|no fim|ao final|desfecho|no ultimo ato|reviravolta|plot twist|acaba (?:morrendo|com|sendo|descobrindo|que)"
    r"|termina (?:com|quando|em)|morre|morrem|morreu|mata|matou|matam|assassin[oa] (?:e|era)|culpad[oa] (?:e|era)|descobre que|revela"
    r"|se revela|era tudo|na verdade|in the end|at the end|ending|turns out|dies|died|kills|killed|killer is|murderer|twist"
    r"|reveals|revealed|finds out|it was all)\b"
    r"|\b(?:morr\w+|sobreviv\w+|surviv\w+|dead|traidor\w*|final)\b|\b(?:vai|vao|ira) (?:matar|trair|perder|descobrir|fugir|voltar)\b|\bestava\w* mort\w+|\bfica\w* junt\w+"
    r"|\bera (?:o|a) (?:assassin\w|vila\w*|irma\w*|pai|mae|filh\w)\b|\b(?:o|a) (?:assassin\w|culpad\w) (?:e|era|foi)\b"
)
_COUNTED = frozenset(
    [
        "dois",
        "duas",
        "tres",
        "quatro",
        "cinco",
        "seis",
        "sete",
        "oito",
        "nove",
        "dez",
        "onze",
        "doze",
        "vinte",
        "trinta",
        "cem",
        "mil",
        "milhao",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "twenty",
        "thirty",
        "hundred",
        "thousand",
        "million",
    ]
)
_RULES = re.compile(
    r"\b(?:instruc(?:ao|oes)|instruid[oa]|instructions?|instructed|prompts?|system message|diretrizes|guidelines|jailbreak|sem (?:regras|filtros?|limites)|no (?:rules|filters?|limits)"
    r"|(?:minhas?|as|my|the|these|your) (?:regras?|rules?|orden?s|orders|comandos?|programacao|programming)"
    r"|(?:te|lhe|me) (?:disseram|falaram|mandaram|pediram|passaram|deram|contaram)|(?:told|gave|asked) (?:you|me)|texto (?:inicial|acima|completo|original)|mensage\w+|messages?|acima|above|anterior\w*|previous|secret\w*"
    r"|(?:nova|outra) identidade|modelo de linguagem|language model|inteligencia artificial|chatgpt|openai|anthropic)\b"
    r"|\b(?:agora (?:eu )?sou|eu agora sou|me chamo|meu nome e|my name is|i am now|i m now|call me|pode me chamar|sou (?:o|a|um|uma)|i am an?|i m an?)\b"
)
"""She speaks of films: not of what she was told, nor of who she is; the engine answers that, in its own words."""
_DEED = re.compile(
    r"\b(?:ja|acabei de|estou|vou) (?:abr\w+|colo[cq]\w+|bot\w+|inici\w+|apag\w+|mud\w+|envi\w+|mand\w+|compr\w+|cadastr\w+|exclu\w+)"
    r"|\b(?:i have|i ve|i just|i am|i m|i ll|i will) (?:open\w*|start\w*|delet\w*|chang\w*|sent|send\w*|bought|buy\w*|play\w*|turn\w*)\b"
)
"""She may say what she knows; what she did is said by the player's own actions."""
_EFFECT = re.compile(
    r"\b(?:apag|delet|exclu[aií]|cancel|assine|assinar|compre|comprar|envi|pague|pagar|transfer|cliqu|clica|instal|confirm|autoriz|libere|liberar|desativ|delete|remove|erase|wipe|subscrib|buy|send|click|install|download|authori|unlock|disable)\w*"
    r"|\b(?:senha|password|token|credencia\w+|credential\w*|cadastr\w+|conta|account|historico|history|perfil|profile|listas?|lists?|fila|queue|favorit\w+|volume|legendas?|subtitles?|tela cheia|full screen|links?|sites?|paginas?|pages?|websites?|enderecos?|address\\w*|cana(?:l|is)|channels?|abaixo|below|codigos?|codes?|pausa\w*|pause)\b"
)
"""Accounts, money, lists and the player are no talk of a title, whoever is told to do something with them."""


_PARTS = re.compile(r"[:;,.!?…\"“”«»()—–]+|\s-\s")
"""Between the parts of a sentence: what somebody else said stands between two of these."""
_FRAMES = re.compile(r"[:;\"“”«»]+")
_LIKED = re.compile(r"\b(?:gost(?:a|ou)|curt(?:e|iu)|am(?:a|ou)|ador(?:a|ou)|likes?d?|loved?|enjoy\w*)\b")
_DISLIKED = re.compile(
    r"\b(?:nao (?:gost|curt)\w+|odi(?:a|ou)|odeia|detest\w+|hate[sd]?|dislike[sd]?|(?:did not|didn t|don t|do not) (?:like|enjoy|love))\b"
)
_DID = tuple(
    (re.compile(pattern), frozenset(words[deed] for words in SAID.values()))
    for deed, pattern in (
        ("liked", r"(?<!\bse )\bvoce (?:ja |tambem )?(?:gostou|curtiu|amou|adorou)\b|(?<!\bif )\byou (?:already |also )?(?:liked|loved|enjoyed)\b"),
        ("watched", r"(?<!\bse )\bvoce (?:ja )?(?:viu|assistiu|terminou)\b|(?<!\bif )\byou (?:have |ve |already )*(?:saw|seen|watched|finished)\b"),
        ("listed", r"(?<!\bse )\bvoce (?:ja )?(?:salvou|guardou)\b|(?<!\bif )\byou (?:have |ve |already )*saved\b"),
    )
)  # fmt: skip
"""What a sentence says that the viewer did, and the words that must have been given for it."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What one answer may speak of. Made once a turn."""

    lang: str
    titles: frozenset[str]  # folded names of the titles on the table
    ids: frozenset[str]
    words: frozenset[str]  # folded words of all facts
    numbers: frozenset[str]
    topical: frozenset[
        str
    ]  # folded words of which the first sentence has one: it speaks of what is on the table
    proper: frozenset[str]  # folded words that may be written with a capital
    echoes: frozenset[tuple[str, ...]]
    repeats: frozenset[tuple[str, ...]]
    plot: str = field(default="", repr=False)  # folded synopses
    people: frozenset[str] = frozenset()  # folded names of who made them
    liked: frozenset[str] = frozenset()  # folded names of titles that may only be named as liked
    did: frozenset[str] = frozenset()  # what the viewer did, in words of `retrieval.SAID`
    heard: frozenset[str] = field(
        default=frozenset(), repr=False
    )  # folded words of the subtitles that were given
    lent: tuple[Lent, ...] = field(default=(), repr=False)  # what others wrote, and is no fact
    synopses: Lent = field(default=Lent(), repr=False)  # of these a whole sentence is no words of hers


def grounds_of(
    briefing: Briefing, table: Iterable[Title], subtitles: Iterable[Sequence[str]] = ()
) -> Grounds:
    """Return what may be said beside these titles; `subtitles` are all lines of what can be watched of them.

    No line is hers, heard or not: what is quoted, the engine quotes (`recap.heard`).
    """
    table = tuple(table)
    names = [name for title in table for name in _names(title)]
    told = [_text_of(fact) for fact in briefing.facts]
    proper = {word for fact in briefing.facts for word in _proper_words(fact)}
    liked = {fold(one.title) for one in briefing.own} - {fold(name) for name in names}
    proper |= {word for name in (*names, *liked) for word in fold(name).split()} | HOUSE
    words = {word for text in (*told, *names) for word in fold(text).split()}
    said = [*_runs(briefing.said, REPEAT_WORDS), *_runs(briefing.message, REPEAT_WORDS)]
    return Grounds(
        lang=briefing.lang,
        titles=frozenset(fold(name) for name in names),
        ids=frozenset(title.title_id for title in table),
        words=frozenset(words) | {word for name in liked for word in name.split()},
        numbers=frozenset(re.findall(r"\d+", " ".join((*told, *names)))),
        topical=frozenset(word for word in words if len(word) > 3) | FILM_WORDS,
        proper=frozenset(proper),
        echoes=_prompt_runs(briefing.lang),
        repeats=frozenset(said),
        plot=" ".join(fold(fact.synopsis) for fact in briefing.facts),
        people=frozenset(fold(name) for fact in briefing.facts for name in (*fact.directors, *fact.cast)),
        liked=frozenset(liked),
        did=frozenset(word for one in briefing.own for word in one.said),
        heard=frozenset(word for one in briefing.heard for word in fold(one.text).split()),
        lent=(lent((briefing.message, *_left_out(table))), *(film(tuple(lines)) for lines in subtitles)),
        synopses=lent(text for title in table for text in (*_synopses(title), *title.directors, *title.cast)),
    )


class Guard:
    """Checks the sentences of one answer, in order.

    Parameters
    ----------
    grounds : Grounds
    names : Names
        Every title of the catalogue, so that one which is not on the table is known when it is named.
    borrowed : frozenset of str
        `borrowed_words` of the catalogue.
    """

    def __init__(self, grounds: Grounds, names: Names, borrowed: frozenset[str] = frozenset()) -> None:
        self._grounds = grounds
        self._names = names
        self._borrowed = borrowed | grounds.heard
        self._chars = self._count = self._emoji = 0
        self._grounded = False

    def refusal(self, sentence: str) -> str | None:
        """Return why a sentence may not be shown (one word, for the log), None where it may."""
        self._chars += len(sentence)
        self._count += 1
        self._emoji += sum(_is_emoji(char) for char in sentence)
        for reason, found in (
            ("length", self._too_long(sentence)),
            ("letters", not _plain(sentence)),
            ("markup", _MARKUP.search(sentence) is not None),
            ("address", _ADDRESS.search(sentence) is not None),
            ("secret", _SECRET.search(sentence) is not None or redact_personal(sentence) != sentence),
            ("emoji", self._emoji > EMOJI_MAX),
            ("number", not set(re.findall(r"\d+", sentence)) <= self._grounds.numbers),
        ):
            if found:
                return reason
        return self._by_words(sentence)

    def _names_other(self, folded: tuple[str, ...]) -> bool:
        """Return whether a title is named that is not on the table, and none that is called liked."""
        others = (
            span
            for span in self._names.find(folded)
            if not span.weak and span.title_id not in self._grounds.ids
        )
        named = {" ".join(folded[span.start : span.end]) for span in others}
        return bool(named) and not (named <= self._grounds.liked and _LIKED.search(" ".join(folded)))

    def _is_lent(self, sentence: str, folded: tuple[str, ...]) -> bool:
        """Return whether a sentence, or what stands in it behind a colon or in quotation marks, is what others wrote."""
        grounds = self._grounds
        if any(texts.says(folded, grounds.topical) for texts in grounds.lent) or grounds.synopses.has(folded):
            return True
        if len(folded) >= WHOLE_WORDS and grounds.synopses.holds(folded):
            return True
        named = grounds.titles | grounds.people
        behind = {tuple(fold(part).split()) for part in _FRAMES.split(sentence)[1:]}
        alone = [
            part
            for part in {tuple(fold(part).split()) for part in _PARTS.split(sentence)} | behind
            if part and " ".join(part) not in named
            and (len(part) >= WHOLE_WORDS or (part in behind and len(part) > 1) or not grounds.words.issuperset(part))
        ]  # fmt: skip
        return any(texts.holds(part) for texts in (*grounds.lent, grounds.synopses) for part in alone)

    def _says_only_names(self, text: str) -> bool:
        """Return whether nothing that tells is left of a sentence, its names put aside."""
        rest = f" {text} "
        for name in self._grounds.titles | self._grounds.people:
            rest = rest.replace(f" {name} ", " ") if name else rest
        return rest.strip() != text and not any(len(word) > 2 and word not in EMPTY for word in rest.split())

    def _too_long(self, sentence: str) -> bool:
        return len(sentence) > SENTENCE_CHARS or self._chars > CHARS_MAX or self._count > SENTENCES_MAX

    def _by_words(self, sentence: str) -> str | None:
        grounds = self._grounds
        folded = tuple(fold(sentence).split())
        text = " ".join(folded)
        if not folded:
            return "empty"
        if len(folded) < WORDS_MIN or self._says_only_names(text):
            return "short"
        if grounds.echoes & set(_runs(text, ECHO_WORDS)):
            return "echo"
        if normalize.language_of(folded, grounds.lang) != grounds.lang:
            return "language"
        if grounds.repeats & set(_runs(text, REPEAT_WORDS)) or self._is_lent(sentence, folded):
            return "repeat"
        if not trusted.tells(sentence):
            return "order"
        if self._names_other(folded):
            return "title"
        if _claims_more(text, grounds):
            return "opinion"
        if _quoted_stranger(sentence, grounds) or _capital_stranger(sentence, grounds):
            return "name"
        spoilt = _SPOILER.search(text)
        if spoilt is not None and spoilt[0] not in grounds.plot:
            return "spoiler"
        if _DEED.search(text) or _EFFECT.search(text):
            return "deed"
        if _RULES.search(text):
            return "rules"
        if sum(word in _COUNTED and word not in grounds.words for word in folded) > NUMBERS_MAX:
            return "number"
        if not self._grounded and not grounds.topical & set(folded):
            return "ungrounded"
        self._grounded = True
        if moderation.judgement(normalize.read(sentence, grounds.lang)).tier != "allow":
            return "moderation"
        if any(word not in grounds.words and UNKIND & set(kinds_of(word)) for word in folded):
            return "moderation"
        strange = [word for word in folded if not _known_word(word, grounds)]
        lent = len(strange) <= BORROWED_MAX and all(word in self._borrowed for word in strange)
        return None if lent else "off-topic"


@lru_cache(maxsize=2)
def borrowed_words(catalogue: Catalogue) -> frozenset[str]:
    """Return the folded words of all synopses; read once a catalogue."""
    texts = (text for title in catalogue for text in (title.synopsis_pt, title.synopsis_en) if text)
    return frozenset(word for text in texts for word in fold(text).split())


def _synopses(title: Title) -> list[str]:
    return [text for text in (title.synopsis_pt, title.synopsis_en) if text]


def _left_out(table: Iterable[Title]) -> list[str]:
    """Return what the catalogue says of titles and is no fact: what tells nothing, and names that name nobody."""
    found = []
    for title in table:
        found += [
            one for text in _synopses(title) for one in trusted.sentences(text) if not trusted.tells(one)
        ]
        found += [name for name in (*title.directors, *title.cast) if not trusted.is_name(name)]
    return found


def _names(title: Title) -> list[str]:
    spoken = (title.title_pt, title.original_title, title.title_en, title.title_romaji)
    return [name for name in spoken if name]


def _text_of(fact: Fact) -> str:
    many = (*fact.genres, *fact.moods, *fact.themes, *fact.countries, *fact.directors, *fact.cast)
    return " ".join(
        (fact.title, str(fact.year or ""), *many, fact.duration, fact.age, fact.synopsis, fact.why)
    )


def _claims_more(text: str, grounds: Grounds) -> bool:
    """Return whether a sentence says of the viewer what they did not do here; nobody's dislikes are told."""
    if _DISLIKED.search(text):
        return True
    return any(rule.search(text) and not words & grounds.did for rule, words in _DID)


def _proper_words(fact: Fact) -> list[str]:
    named = " ".join((fact.title, *fact.directors, *fact.cast, *fact.countries))
    capitals = re.findall(r"\b[^\W\d_a-z][\w'’-]*", fact.synopsis)
    return [*fold(named).split(), *fold(" ".join(capitals)).split()]


def _runs(text: str, count: int) -> list[tuple[str, ...]]:
    words = fold(text).split()
    return [tuple(words[at : at + count]) for at in range(len(words) - count + 1)]


@lru_cache(maxsize=2)
def _prompt_runs(lang: str) -> frozenset[tuple[str, ...]]:
    return frozenset((*_runs(rules(lang), ECHO_WORDS), *_runs(reader_rules(lang), ECHO_WORDS)))


def _is_emoji(char: str) -> bool:
    return unicodedata.category(char) == "So"


def _plain(sentence: str) -> bool:
    """Return whether every letter is Latin and nothing is invisible; an emoji may stand there."""
    for char in sentence:
        if char == " " or _is_emoji(char) or char == "\ufe0f":
            continue
        category = unicodedata.category(char)
        if category[0] in "CMZ" or (category[0] == "L" and "LATIN" not in unicodedata.name(char, "")):
            return False
        if category[0] == "N" and not ("0" <= char <= "9"):
            return False
    return unicodedata.normalize("NFKC", sentence.replace("…", "").replace("\ufe0f", "")) == sentence.replace(
        "…", ""
    ).replace("\ufe0f", "")


def _quoted_stranger(sentence: str, grounds: Grounds) -> bool:
    """Return whether something in quotation marks is none of the names on the table, or the marks do not close."""
    if len(re.findall(r"[\"“”«»]", sentence)) % 2:
        return True
    quoted = re.findall(r"[\"“”«»]([^\"“”«»]+)[\"“”«»]", sentence)
    return any(fold(one) not in grounds.titles for one in quoted)


def _capital_stranger(sentence: str, grounds: Grounds) -> bool:
    """Return whether a word with a capital letter is no name of the facts; the first word may be any that is known."""
    for at, word in enumerate(re.findall(r"[\w'’-]+", sentence)):
        if not word[0].isupper():
            if any(char.isupper() for char in word[1:]):
                return True
            continue
        parts = fold(word).split()
        if all(part in grounds.proper for part in parts):
            continue
        if at == 0 and all(_known_word(part, grounds) for part in parts) and not word[1:].isupper():
            continue
        return True
    return False


def _known_word(word: str, grounds: Grounds) -> bool:
    if len(word) <= 2 or word.isdigit():
        return True
    return word in grounds.words or word in _common() or _stem(word) in _stems()


def _stem(word: str) -> str:
    """Return a word without its ending, roughly: forms of one verb or adjective stay together."""
    return word[: max(5, len(word) - 3)] if len(word) > 5 else word


@lru_cache(maxsize=1)
def _stems() -> frozenset[str]:
    return frozenset(_stem(word) for word in _common() if len(word) > 5)


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    """Return the words of this house: of its phrases, its vocabulary, and of talk about films (`data/talk.txt`)."""
    known = lexicon()
    found: set[str] = set()
    for words in (known.filler, known.portuguese, known.english, known.function_words):
        found |= set(words)
    for table in (known.genres, known.themes, known.countries, known.kinds, known.moods):
        found |= {word for name in table for word in name.split()}
    for lang in phrasing.LANGUAGES:
        for variants in phrasing.phrases(lang).values():
            found |= {word for text in variants for word in fold(re.sub(r"\{\w+\}", " ", text)).split()}
    talk = (resources.files("bitaca_core.derona") / "data" / "talk.txt").read_text("utf-8")
    found |= set(fold(re.sub(r"#.*", "", talk)).split())
    return frozenset(found)
