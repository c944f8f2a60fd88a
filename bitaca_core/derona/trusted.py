"""What of a catalogue's own text may be spoken: a synopsis tells a story, a name names somebody; neither gives orders.

Catalogues come from files that anybody may have written. What has an address, markup or a secret in it, or speaks to an
assistant or about its rules, is left out, sentence by sentence; what is left is shown and handed to a language model.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from bitaca_core.catalogue.normalize import fold
from bitaca_core.security.personal import redact_personal

KEPT = 65_536
"""Texts whose reading is remembered: a page shows the same titles again and again."""
NAME_CHARS = 60
NAME_WORDS = 7
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_UNSAFE = re.compile(
    r"(?i)[<>{}\[\]`\\|=~^]|\*\*|&#?\w+;|\w\s*:\s*/|\bwww\b|https?|\bdata:|\bjavascript\b|\w\.(?:com|br|net|org|io|dev|app|xyz|info|me|tv|ru|co|site|online|link|example|test)\b|[^\W_]\.[a-z]{2,}/"
    r"|(?:^|\s)@\w|\b(?:ponto|dot|punto) (?:com|net|org|br|io|xyz|example|exemplo)\b|\barroba\b|\bslash\b|\bbarra \w+ barra\b|[A-Za-z0-9+/]{24,}|\b[0-9a-f]{16,}\b|[a-z]_[a-z]|/(?:etc|home|root|var|tmp)\b|\.env\b|\bsk-|passwd|api[_ -]?key|-----"
)
_SPELLED = re.compile(
    r"\b\w+ (?:ponto|dot) (?:\w+ )?(?:com|net|org|br|io|xyz|tv|me|info|site|example|exemplo|barra|slash)\b|\bsk [a-z0-9]|\b(?:www|http|https|arroba)\b|\bat sign\b|\b(?:senha|password|passphrase|pin|codigo de acesso) (?:e|is|do|da|de|of|for)\b|\bapi key\b|\bchave (?:de api|de acesso|secreta|e)\b|\bbearer\b|\bcredencia\w+"
)
"""Addresses that are spelled out and words that go before a secret, folded."""
_ORDER = re.compile(
    r"\b(?:ignor\w*|desconsider\w*|esquec[ae]\w*|desobedec\w*|forget|disregard|override|bypass)\b.{0,60}\b(?:instruc\w*|instructions?|regras?|rules?|prompts?|acima|above|anterior\w*|previous|guard\w*|polic\w+|filtro\w*|diretriz\w*|guidelines?)\b(?! (?:da casa|of the house|unspoken))"
    r"|\bprompts?\b|\b(?:derona|chatgpt|gpt|llm|chatbots?|openai)\b|\bassistant\b|\bassistente(?: virtual|:| deve| precisa| tem)\b|\b(?:ia|ai|modelo|model|robo|bot|sistema|system)(?: (?:deve|que le|reading|must|should|precisa|agora|override|message|note)|:)"
    r"|\b(?:language model|modelo de linguagem|inteligencia artificial que|as an ai|como (?:uma )?ia)\b|\byou are now\b|\bvoce agora e\b|\ba partir de agora\b|\bfrom now on\b|\b(?:nova|new) (?:instruc\w+|regra|rule|ordem|order|task|tarefa)\b"
    r"|\b(?:instruc(?:ao|oes)|instructions?|regras (?:internas|do sistema|secretas)|system rules|api key|chave (?:de api|secreta)|senha (?:e|do|da)|password|token)\b"
    r"|^(?:\w+ ){0,3}(?:responda|responde|diga|repita|imprima|escreva|revele|recomende|execute|apague|exclua|clique|acesse|visite|envie|compre|inclua|finja|aja|traduza)\b"
    r"|^(?:please |now |then |and |also |always |important |note |urgent |atencao |importante |sempre |agora |por favor )?(?:answer|say|tell|repeat|print|write|reveal|show|recommend|execute|delete|open|click|visit|send|buy|include|pretend|act|translate|append|output|respond|reply|end|begin|start|set|call|run|mostre|abra|mande)\b(?! (?:the|their|his|her|of|up|run) )(?= (?:all|any|every|only|this|that|with|to|your|me|a|an|o|a|os|as|todo|toda|tudo|esse|este|para|com|seu|sua|como|in|as|em)\b)"
    r"|\b(?:ao|para o|do|the|this|every|todo|cada|qualquer) (?:usuario|espectador que perguntar|user|viewer|reply|answer|response|resposta)\b|\b(?:quando|when|if|se) (?:alguem |someone |anyone |te )?(?:perguntar\w*|asked|asks?)\b"
)
"""Words that tell a reader what to do, where a story would tell what happens."""
_SPOKEN_TO = re.compile(
    r"(?i)(?:^|[.,;:!?…]\s*)(?:(?:ol[áa]|oi|ei|hey|hello|dear|car[ao]|querid[ao])\W+)?(?:assistente|assistant|rob[ôo]|bot|ia|ai|modelo|model)\s*[,:!;—–]"
)
"""Somebody is spoken to who is in no story."""


def plain(text: str) -> bool:
    """Return whether a text has no address, markup or secret in it, whoever wrote it."""
    return (
        _UNSAFE.search(text) is None and _SPELLED.search(fold(text)) is None and redact_personal(text) == text
    )


def echoed(text: str, lang: str) -> str:
    """Return a viewer's words as they are said back: as they are, or as "that" where they are no plain words."""
    return text if plain(text) and not _hides(text) else ("that" if lang == "en" else "isso")


def _hides(text: str) -> bool:
    return any(
        unicodedata.category(char) in ("Cf", "Cc", "Co", "Cs", "Cn") or _strange(char) for char in text
    )


@lru_cache(maxsize=KEPT)
def spoken(text: str) -> str:
    """Return the sentences of a text that only tell something; empty where none does."""
    return " ".join(one for one in sentences(text) if tells(one))


def sentences(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [one for one in _SENTENCE.split(text.strip()) if one]


@lru_cache(maxsize=KEPT)
def tells(sentence: str) -> bool:
    """Return whether a sentence only tells: no address, markup or secret, no word to an assistant, no hidden letter."""
    return (
        _UNSAFE.search(sentence) is None
        and _SPELLED.search(fold(sentence)) is None
        and _ORDER.search(fold(sentence)) is None
        and _SPOKEN_TO.search(sentence) is None
        and redact_personal(sentence) == sentence
        and not _hides(sentence)
    )


def _strange(char: str) -> bool:
    """Return whether a letter only looks like one of ours (full-width, mathematical), or hides among them."""
    return not char.isascii() and unicodedata.normalize("NFKC", char) != char and char not in "…ªº²³½¼¾™"


def names(found: Iterable[str]) -> tuple[str, ...]:
    """Return what can be somebody's name, in order."""
    return tuple(name for name in found if is_name(name))


@lru_cache(maxsize=KEPT)
def is_name(text: str) -> bool:
    """Return whether a text can be the name of a person or a group: short, of letters, and no order."""
    words = text.split()
    if not words or len(text) > NAME_CHARS or len(words) > NAME_WORDS or not tells(text):
        return False
    return re.fullmatch(r"[^\W\d_][\w.'’\-–& ,()]*", text) is not None and not re.search(r"\d{3,}", text)
