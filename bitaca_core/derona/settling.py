"""What the literal rules read and what the models read, as one reading: who settles what.

Rules say what must never be guessed (nothing typed, too much typed, a plain yes, moderation, an attack); the models say
what is meant. Where both name the same intent, the rules' finer sense stands. Each function is one kind of case.
"""

from __future__ import annotations

import re

from bitaca_core.derona import intents, moderation, scening, story, story_forms, turning
from bitaca_core.derona.intents import Reading
from bitaca_core.derona.normalize import Message, in_use
from bitaca_core.derona.slots import Slots
from bitaca_core.derona.state import DialogueState
from bitaca_core.derona.understanding.aspects import aspect_of
from bitaca_core.derona.understanding.orders import command_of, tracks_command
from bitaca_core.derona.understanding.reading import GRAVE, Understood
from bitaca_core.derona.understanding.themes import WISHING

SETTLED = frozenset(("empty", "too_long", "crisis", "refuse", "abuse"))
"""Readings of the rules that nothing overrules."""
GUIDE = {
    "identity": "small_talk", "smalltalk": "small_talk", "continue": "resume", "control": "player_control", "affirm": "", "deny": "",
}  # fmt: skip
"""The rules' names of intents in the guide's."""
_PLAIN = re.compile(
    r"(?:sim|nao|n|ok|okay|yes|yeah|yep|no|nope|nah|claro|pode|pode ser|pode sim|isso|isso mesmo|isso ai|com certeza|beleza|fechou|fechado|sure|please|please do|do it|go ahead|aham|uhum|negativo|positivo|deixa|deixa para la|nao quero|nao obrigad[oa]|sim por favor|quero sim|quero|bora|manda|vai|topo|aceito|demorou)"
)
SHOWING = frozenset(("search", "similar", "refine", "another"))
"""Intents that put the answer to a wish on the page."""
ASIDE = frozenset(
    ("details", "cast", "compare", "availability", "watchlist", "feedback", "help", "small_talk", "history_privacy", "why", "play")
)  # fmt: skip
"""Intents that a change of the wish is taken for, where the models hardly tell them from it."""
OF_STORY = frozenset(
    (
        "details", "cast", "why", "search", "refine", "another", "feedback", "similar", "availability", "help", "compare",
        "continue_watching", "small_talk", "out_of_scope", "surprise", "history_privacy", "watchlist",
    )
)  # fmt: skip
"""Intents that a question on a story is taken for."""
THREAD_LOST = frozenset(
    ("player_control", "tracks", "trouble", "greet", "scene_search", "resume", "play", "thanks", "abuse")
)
"""Intents that somebody who lost the thread of a film, or asks for their place in it, is read as, beside those."""
MISTAKEN = frozenset(("tracks", "trouble", "resume"))
"""Intents that a scene is taken for which is wanted in so many words."""
SHY = 0.6
"""A word or two that name a thing ("gato") are small talk only when the models are surer than this."""
GUESSED_AT, UNSURE = (
    frozenset(("feedback", "help", "history_privacy", "watchlist", "continue_watching", "small_talk")),
    0.3,
)
"""Intents that a short wish is easily taken for, and how little ahead they must be to give way to what it names."""
TAKEN = frozenset(("search", "details", "availability", "play", "surprise", "similar"))
"""Readings of the rules that stand where the models think a message foreign that speaks of films."""
BRIEF = 5
"""Words of a question that asks for nothing but a name."""
SHORT_QUESTION = 8
"""Words of a question for one's own place; a longer one tells of a scene whose place it asks for."""
_ASKS = re.compile(r"\W*(?:é|eh|será que é|is it|is this|does it|do they)\b")
"""Begins a question on a title, not a wish ("e anime?")."""
_WHICH_TRACKS = re.compile(
    r"^(?:e )?(?:quais|que|qual|which|what) (?:\w+ )?(?:legendas?|audios?|idiomas?|linguas?|dublagens|dublagem|subtitles?|languages?|dubs?)\b"
)
_SUM = re.compile(r"(?<!\d)(?!\d{1,2}/(?:5|10)\b)\d+\s*(?:[+*/×÷=]|mais|vezes|plus|times|divided by)\s*\d")
"""Arithmetic, which "10/10" is not: no film is asked of."""
_QUOTED = re.compile(
    r"^\W*[\"“«‘][^\"“”«»]{1,60}[\"”»’]\W*(?:\w+\W*){0,4}$|\b(?:t[ií]tulo|filme|chamad?o?|title|titled|called|film|movie|named)\b[^\"“«]{0,24}[\"“«][^\"“”«»]{1,60}[\"”»]",
    re.IGNORECASE,
)
"""A message that is a name in quotation marks, with hardly a word beside it."""
_TELLS = re.compile(r"\b(?:tell me|(?:me )?fal[ae]|(?:me )?cont[ae]|describe|about|sobre)\b")
_GUESSES = re.compile(
    r"\b(?:e verdade que|verdade que|is it true|aposto que|i bet (?:that )?(?:he|she|they|the))\b"
)
_MANNER = re.compile(
    r"(?:\w+ ){0,2}(?:responde|responda|responder|fala|fale|escreve|escreva|answer|reply|respond|talk|speak)(?: (?:so|me|comigo|para mim|to me|only|just|always|sempre))* (?:como|em|in|like|with|without|sem|com|que nem|igual)\b"
)
"""Says how she is to answer, and nothing else that could be placed."""
_ANY_FILM = re.compile(r"\b\w*(?:film|filme|films|filmes|filmen|pelicula|peliculas)\b|\bdibujos animados\b")
"""A film, in whatever language."""
_NO_SOUND = re.compile(
    r"(?:(?:esta|fica|ficou|veio|continua|ta|o filme|o video|derona|ue|ai) )*(?:sem|no) (?:nenhum )?(?:som|audio|imagem|sound|audio|picture)(?: (?:nenhum|aqui|ai|de novo))*"
)
_BACK = re.compile(
    r"(?:(?:ah|nao|ok|ta|agora) )*(?:volta|voltar|volte|desfaz|desfazer|undo|go back|back)(?P<list> (?:para|pra|a|to)(?: a| as| os| the| minha)? (?:lista|listas|resultados|opcoes|sugestoes|list|results|options)(?: anterior| de antes)?)?(?: (?:ai|isso|por favor|please|derona))*"
)
_SAME_MAKER = re.compile(
    r"\b(?:mesm[oa] (?:diretora?|cineasta|realizadora?)|same director|director) (?:de|do|da|que (?:fez|dirigiu)|as|of|who made) (?:(?:o|a|os|as|filme|the|movie|film) )*titulo\d"
)
_ANYTHING = re.compile(
    r"\b(?:algo|alguma coisa|algum filme|alguma serie|something|anything|any (?:film|movie|show)s?) (?:\w+ )?(?:dublad\w|legendad\w|com legenda|dubbed|subtitled|with subtitles)\b"
)
"""Whatever has such a track: nothing is named whose being here is asked."""
_BARE_TITLE = re.compile(r"(?:(?:o|a|os|as|filme|serie|anime|the|movie) )*titulo\d")
_BARE_PLACE = re.compile(
    r"(?:(?:e|o|a|esse|the|numero|number|quero|fico com|vou de|vou no) )*\w+(?: (?:um|one|ai|mesmo|por favor|please|filme))*"
)


def scene_of(state: DialogueState, playing: bool) -> str:
    """Return what is on the page: a player, one title, a list, or empty."""
    if playing:
        return "playing"
    if state.wish is not None and state.intent in SHOWING:
        return "results"  # also of one title, or of none: the wish can be changed
    return "details" if state.focus else "results" if state.listed else ""


def reading_with(
    rule: Reading,
    understood: Understood,
    message: Message,
    slots: Slots,
    state: DialogueState,
    playing: bool = False,
) -> Reading:
    """Return the reading of a message; `playing`: a film or an episode is open."""
    found = _read(rule, understood, message, slots, state, playing)
    if (
        found.intent in ("scene_search", "resume")
        and rule.intent != "control"
        and _GUESSES.search(slots.masked)
    ):
        return Reading("details")  # a guess at what comes is no scene; it gets neither yes nor no
    if found.intent != "out_of_scope" or found.aspect is not None:
        return found
    if intents.attacks(slots.masked, slots) or _SUM.search(message.raw):
        return found
    return _placed(message, slots, state) or found


def _read(
    rule: Reading, understood: Understood, message: Message, slots: Slots, state: DialogueState, playing: bool
) -> Reading:
    if rule.intent == "refuse" and understood.intent == "abuse":
        return Reading("abuse", aspect="refuse")
    back = _BACK.fullmatch(message.text)
    if back is not None and state.past and (back["list"] or not playing):
        return Reading("refine", aspect="undo")  # beside an open film a bare "volta" winds it back
    allowed = scening.switch(message.text) if rule.intent not in SETTLED else None
    if allowed is not None:
        return Reading("help", aspect="spoilers_on" if allowed else "spoilers_off")
    if rule.aspect == "spoiler" and not slots.titles and intents.asks_of_spoilers(slots.masked):
        return Reading("help")  # how she works: it asks for no ending
    if not playing and _NO_SOUND.fullmatch(message.text):
        return Reading("trouble")  # with nothing open it is no order to the player
    if rule.intent in SETTLED or rule.aspect == "spoiler" or intents.attacks(slots.masked, slots):
        return rule
    if rule.intent in ("affirm", "deny") and (state.offer or _PLAIN.fullmatch(message.text)):
        return rule
    if _SUM.search(message.raw) and not (slots.wishes or intents.of_films(slots.masked)):
        return Reading("out_of_scope")
    if message.laugh or not message.words:
        return Reading("small_talk", aspect="laugh")
    if rule.intent == "out_of_scope" and not any(in_use(word) for word in message.words):
        return rule  # no word of it is one that people use
    of_story = _of_story(rule, understood, message, slots, state, playing)
    if of_story is not None:
        return of_story
    if _SAME_MAKER.search(slots.masked) and understood.intent in (*WISHING, "cast", "details"):
        return Reading("search", aspect="same_director")
    intent, text = _settled(rule, understood, message, slots, state), message.text
    if playing and intent == "resume" and rule.intent == "control" and len(message.words) <= BRIEF // 2:
        intent = "player_control"  # "continue" beside an open film
    if rule.intent == "details" and state.focus and "?" in message.marks and intent in ("refine", "search"):
        return rule  # "é livre mesmo?" of the only title that fits
    turned = _turned(intent, rule, understood, message, slots, state)
    if turned is not None:
        return turned
    if intent in GRAVE and moderation.harmless(message):
        return rule  # moderation, which was taught for it, must at least think it possible
    if intent in ("refine", "another") and not state.listed and state.wish is None and slots.wishes:
        intent = "search"
    if playing and intent in ("details", "availability") and not slots.titles and _WHICH_TRACKS.search(text):
        return Reading("tracks")  # of the film that is open, whose tracks are at hand
    same = GUIDE.get(rule.intent, rule.intent) == intent
    if intent == "player_control":
        return Reading(intent, command_of(message, understood.slots))
    if intent == "tracks":
        if _WHICH_TRACKS.search(text):
            return Reading(intent)  # asks what there is, and wants none of it turned on yet
        return Reading(intent, tracks_command(message, understood.slots))
    if intent == "details":
        return Reading(intent, aspect=rule.aspect if rule.intent == "details" else intents.detail_of(text))
    if (
        intent == "play"
        and state.listed
        and slots.ordinal is not None
        and _BARE_PLACE.fullmatch(text)
        and len(text.split()) <= 4
    ):
        return Reading(intent, aspect="pick")
    if intent == "search" and rule.intent == "search":
        return rule
    aspect = aspect_of(intent, text)
    if aspect is None and same and rule.intent not in ("continue", "control"):
        return Reading(intent, rule.command, rule.aspect)
    return Reading(intent, aspect=aspect)


def _placed(message: Message, slots: Slots, state: DialogueState) -> Reading | None:
    """Return the reading of a message that neither rules nor models could place, by its form; None where it has none."""
    if intents.asks_her_choice(slots.masked) and not state.listed:
        return Reading("surprise")
    if _QUOTED.search(message.raw):
        return Reading("availability")  # a name, and nothing else that could be asked of it
    if intents.is_foreign(slots.masked):
        return None
    if slots.ordinal is not None and _TELLS.search(slots.masked):
        return Reading("details")
    if _MANNER.match(slots.masked):
        return Reading("small_talk")
    return Reading("search") if _ANY_FILM.search(message.text) else None


def _lost(intent: str, found: str, message: Message, masked: str) -> bool:
    """Return whether a message that was read as something else is of somebody who lost the thread, their place or a scene."""
    if intent not in THREAD_LOST:
        return False
    if found in ("scene", "quote"):
        return intent in MISTAKEN and scening.wants(masked)
    if intent == "player_control" and found == "recap" and "?" not in message.marks:
        asked = story_forms.retells(masked) or not story_forms.was_away(masked)
        return asked and not scening.orders(masked)  # "voltei, pode continuar" wants it to go on
    if intent != "scene_search":
        return not scening.orders(masked)
    if found == "where":
        return len(masked.split()) <= SHORT_QUESTION or story_forms.left_off(masked)
    return not scening.asks_where(masked)


def _of_story(
    rule: Reading, understood: Understood, message: Message, slots: Slots, state: DialogueState, playing: bool
) -> Reading | None:
    """Return the reading of a question on the story of what is open, or is being talked about; None for any other."""
    if not (playing or (state.focus and scene_of(state, False) == "details")):
        return None
    found = scening.sense(message, slots.masked)
    if found is None and playing and not slots.wishes and story_forms.shows(slots.masked):
        found = "scene"
    spoken = (
        found == "where" or scening.repeats(slots.masked) or scening.wants(slots.masked)
    )  # "a última coisa que eu vi"
    if slots.ordinal is not None and state.listed and not spoken:
        return None  # "do que fala o primeiro?" is of the list
    if found is None or rule.intent in ("control", "trouble"):
        return None
    if (understood.intent == "watchlist" and not story_forms.retells(slots.masked)) or (
        understood.intent == "why" and found == "quote" and not scening.wants(slots.masked)
    ):
        return None  # "remind me of this on Saturday"; what a reason of hers says, in quotation marks
    if understood.intent not in OF_STORY and not _lost(understood.intent, found, message, slots.masked):
        return None
    if found == "where":
        return Reading("resume", aspect="where")
    if found == "who":
        return Reading("cast")
    if found == "recap":
        told = playing or scening.has_watched(slots.masked)
        return Reading("resume", aspect="recap") if told else None
    return Reading("scene_search", aspect=found)


def _turned(
    intent: str,
    rule: Reading,
    understood: Understood,
    message: Message,
    slots: Slots,
    state: DialogueState,
) -> Reading | None:
    """Return the reading of a wish while another stands: changed, begun anew; None where it is neither."""
    wish = state.wish
    asks = "?" in message.marks and _ASKS.match(message.raw.lower()) is not None
    pointed = bool(asks or slots.titles or slots.reference or slots.ordinal is not None)
    if rule.intent == "refine" and intent in ASIDE and len(message.words) <= BRIEF:
        if rule.aspect == "more" and understood.margin < UNSURE:
            return Reading("another")
        if rule.aspect is None and (slots.wishes or slots.compare) and not pointed:
            return Reading("refine")  # "mais curto", also while one title is talked about
    if wish is None or wish.empty or scene_of(state, False) != "results":
        return None
    if (
        intent in ("search", "refine", "surprise")
        and (slots.wishes or slots.plot)
        and turning.says_so(slots.masked)
    ):
        return Reading("search", aspect="fresh")
    if intent in ("search", "refine") and not slots.titles:
        if turning.begins_anew(wish, slots):
            return Reading("search", aspect="topic")
        changes = slots.wishes or slots.plot or slots.compare
        return Reading("refine") if intent == "search" and changes else None
    if intent in ASIDE and understood.margin < UNSURE and slots.wishes and not pointed:
        return Reading("refine")
    return None


def _settled(
    rule: Reading, understood: Understood, message: Message, slots: Slots, state: DialogueState
) -> str:
    """Return the intent where the rules know something that the models do not look at."""
    intent = understood.intent
    if rule.intent == "search":
        named_list = slots.any_genre or slots.playable or slots.popular or slots.newest
        nothing_to_compare = intent == "compare" and not state.listed and len(slots.titles) < 2
        others = rule.aspect == "same_director" and intent in WISHING
        if (
            others
            or (named_list and intent not in WISHING)
            or nothing_to_compare
            or (intent == "surprise" and slots.wishes and understood.margin < UNSURE)
            or (
                intent == "availability"
                and not slots.titles
                and not slots.reference
                and _ANYTHING.search(message.text)
            )
            or (intent in GUESSED_AT and understood.margin < UNSURE)
        ):
            return "search"
    if (
        intent == "similar"
        and rule.intent in ("search", "refine", "out_of_scope")
        and (slots.wishes or slots.compare)
        and understood.margin < SHY
        and not (slots.titles or slots.reference or slots.ordinal is not None)
    ):
        return "refine" if rule.intent == "refine" else "search"  # like nothing that is named or pointed at
    if intent == "player_control" and state.listed and rule.intent == "refine":
        return "refine"  # "mais antigo" beside an open film is said of the list: no speed is older
    if rule.intent == "details" and _BARE_TITLE.fullmatch(slots.masked):
        return "details"
    if rule.intent == "details" and slots.titles and intent in ("search", "refine") and not slots.wishes:
        return "details"
    if (
        rule.intent == "details"
        and intent in ("cast", "similar", "availability")
        and understood.margin < UNSURE
    ):
        return "details"
    foreign = rule.intent == "out_of_scope" and intents.is_foreign(slots.masked)
    if (
        rule.intent == "out_of_scope"
        and intent == "help"
        and understood.margin < (SHY if foreign else UNSURE)
    ):
        return "help" if intents.of_the_house(message.text) else "out_of_scope"
    if intent == "small_talk" and understood.margin < UNSURE and intents.is_foreign(slots.masked):
        return "out_of_scope"
    if intent == "out_of_scope" and intents.of_the_house(message.text):
        return "help"
    if intent == "out_of_scope" and (
        intents.asks_for_film(slots.masked)
        or (rule.intent == "search" and slots.genres and understood.margin < SHY)
    ):
        return "search"
    unsure = understood.margin < 2 * UNSURE
    if intent == "out_of_scope" and unsure and rule.intent in TAKEN and intents.of_films(slots.masked):
        return rule.intent  # what speaks of films, and of nothing that is somebody else's trade
    chat = rule.intent in ("smalltalk", "identity") and intent == "search"
    if (
        chat
        and not slots.said.get("genres")
        and not (slots.plot and len(slots.story.split()) >= story.STORY_MIN)
    ):
        return "small_talk"
    if (
        intent in ("small_talk", "out_of_scope")
        and rule.intent in ("search", "out_of_scope")
        and slots.plot
        and understood.margin < SHY
        and not intents.is_foreign(slots.masked)
    ):
        return "search"
    if rule.intent == "availability" and intent == "play" and "?" in message.marks:
        return "availability"
    if (
        rule.intent == "availability"
        and intent == "search"
        and not slots.wishes
        and len(message.words) <= BRIEF
    ):
        return "availability"
    if (
        rule.intent == "control"
        and (
            intent in (*WISHING, "out_of_scope", "small_talk", "details")
            or (
                intent == "play"
                and rule.command is not None
                and rule.command.name in ("quality", "speed", "volume")
            )
        )
        and not slots.wishes
        and not slots.titles
    ):
        return "player_control"
    return intent
