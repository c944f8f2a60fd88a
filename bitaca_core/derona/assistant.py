"""Derona: one message in, one reply out. Pure: the catalogue, search, seed and state are given.

`reply` reads the message, judges it, classifies it and lets the act that `policy` names for it make the
outcome; here it becomes text, cards, actions, chips and the next state.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.vocabulary import descriptor_name
from bitaca_core.derona import (
    chips,
    facts,
    intents,
    joining,
    moderation,
    normalize,
    phrasing,
    policy,
    scening,
    settling,
    trusted,
)
from bitaca_core.derona.acts.finding import find
from bitaca_core.derona.context import (
    Action,
    Begun,
    Card,
    Citation,
    Link,
    Outcome,
    Own,
    Pick,
    PlayerContext,
    Turn,
)
from bitaca_core.derona.heard import SIZE, Heard, Place, Readings, Said
from bitaca_core.derona.names import Names
from bitaca_core.derona.packages import Packages
from bitaca_core.derona.shelf import Popularity, Shelf
from bitaca_core.derona.slots import Slots, extract
from bitaca_core.derona.state import PAST_MAX, SHOWN_MAX, DialogueState, Past, Wish
from bitaca_core.derona.understanding import named, reading
from bitaca_core.search.query import SearchService

__all__ = [
    "Action",
    "Assistant",
    "Begun",
    "Card",
    "Citation",
    "DialogueState",
    "Link",
    "Own",
    "PlayerContext",
    "Reply",
]


UNSURE = frozenset(("not_understood", "found_vague", "found_partly", "nothing", "nothing_but"))
"""Acts of answers to a wish that was read in part, or not at all."""
VIEWERS_SLOTS = frozenset(("what", "dropped"))
"""Facts that hold a viewer's own words."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to the page. `chips` are things to say next, `citations` the subtitles that the text quotes.

    `unsure` tells that the wish was read in part, or not at all: somebody else may read it again. `blocked` tells that
    whoever wrote this is to calm down.
    """

    text: str
    cards: tuple[Card, ...]
    actions: tuple[Action, ...]
    chips: tuple[str, ...]
    state: DialogueState
    lang: str
    intent: str
    citations: tuple[Citation, ...] = ()
    links: tuple[Link, ...] = ()
    unsure: bool = False
    blocked: bool = False


class Assistant:
    """The embedded engine.

    Parameters
    ----------
    catalogue : Catalogue
    search : SearchService
    recommend : Popularity or None
        Where the most watched come from.
    lang_default : str
        Language of the greeting and of messages that do not tell.
    rng_seed : int
        Chooses among variants of phrases, and the surprise.
    playable : callable or None
        Returns the ids that can be watched now; None asks search, which costs a query a turn.
    arriving : callable or None
        Returns the ids that are being made or wait for their turn; None knows of none.
    packages : Packages or None
        What is said and marked in what is published; None knows of none.
    readings : int
        Messages whose reading is remembered.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        search: SearchService,
        recommend: Popularity | None = None,
        *,
        lang_default: str = "pt",
        rng_seed: int = 0,
        playable: Callable[[], Collection[str]] | None = None,
        arriving: Callable[[], Collection[str]] | None = None,
        packages: Packages | None = None,
        readings: int = SIZE,
    ) -> None:
        self.catalogue = catalogue
        self.names = Names(catalogue.titles)
        self.parts = named.Parts(catalogue.titles)
        self.shelf = Shelf(catalogue, search, self.names, playable, recommend, arriving, packages)
        self._readings = Readings(readings)
        self.lang_default = lang_default
        self.rng_seed = rng_seed

    def greet(self, lang: str | None = None, turn: int = 0) -> str:
        """Return what Derona says before anybody has said anything."""
        return phrasing.say("greet", _language(lang or self.lang_default), seed=self.rng_seed, turn=turn)

    def reply(
        self,
        text: str,
        *,
        state: DialogueState | None = None,
        player: PlayerContext | None = None,
        favorite_genres: Sequence[str] = (),
        watched: Sequence[str] = (),
        continuing: Sequence[Begun] = (),
        own: Own | None = None,
    ) -> Reply:
        """Return the answer to `text`.

        `watched` are ids of titles already seen to the end, `continuing` what was begun, latest first (anything
        with `title_id` and `position_s`), `own` what the viewer keeps; None is somebody without a profile.
        """
        state = state or DialogueState(lang=self.lang_default)
        said, judged = self._judged(text, state.lang)
        message, slots, reading = self._understood(said, judged, state, player)
        reading = chips.meant(text, player) or reading
        turn = Turn(
            message=message,
            slots=slots,
            reading=reading,
            state=state,
            player=player,
            ready=self.shelf.playable_ids(),
            favorites=tuple(favorite_genres),
            watched=tuple(watched),
            continuing=tuple(continuing),
            seed=self.rng_seed,
            coming=self.shelf.arriving_ids(),
            own=own,
        )
        return self._speak(turn, policy.answer(turn, self.shelf), blocked=judged.tier == "block")

    def rest(self, text: str, *, state: DialogueState) -> Reply | None:
        """Return the short answer to whoever was asked to calm down; None for a cry for help, which is answered."""
        message = normalize.read(text, state.lang)
        if moderation.judge(message) == "crisis":
            return None
        said = phrasing.say("resting", message.language, seed=self.rng_seed, turn=state.turn)
        kept = state.after(lang=message.language, intent="abuse")
        return Reply(said, (), (), (), kept, message.language, "abuse")

    def answer_wish(self, wish: Wish, *, state: DialogueState) -> Reply:
        """Return the answer to a wish that something else read (a language model): the engine finds and speaks."""
        turn = Turn(
            message=normalize.read("", state.lang),
            slots=Slots(),
            reading=intents.Reading("search"),
            state=state,
            player=None,
            ready=self.shelf.playable_ids(),
            favorites=(),
            watched=(),
            continuing=(),
            seed=self.rng_seed,
            coming=self.shelf.arriving_ids(),
        )
        return self._speak(turn, find(turn, self.shelf, wish))

    def understand(
        self, text: str, state: DialogueState, player: PlayerContext | None = None
    ) -> tuple[normalize.Message, Slots, intents.Reading]:
        """Return the message as read, its slots and its intent, before anything is decided."""
        return self._understood(*self._judged(text, state.lang), state, player)

    def _judged(self, text: str, lang: str) -> tuple[Said, moderation.Judgement]:
        """Return what the words tell anywhere, and what moderation says of them.

        What is remembered is judged again as long as moderation had no time for a second look.
        """
        said = self._readings.find(text, lang)
        if said is not None:
            judged = said.judged or moderation.judgement(said.message)
        else:
            message = normalize.read(text, lang, self.names.words)
            said = Said(message, named.candidates(message, self.names, self.parts))
            judged = moderation.judgement(message)
            if judged.verdict == "ok":
                self._readings.keep(text, lang, said)
        if judged.final:
            said.judged = judged
        return said, judged

    def _understood(
        self, said: Said, judged: moderation.Judgement, state: DialogueState, player: PlayerContext | None
    ) -> tuple[normalize.Message, Slots, intents.Reading]:
        playing = player is not None and player.title_id is not None
        scene = settling.scene_of(state, playing)
        place = Place(state.lang, scene, bool(state.listed), state.focus is not None, playing)
        heard = self._heard(said, place, judged.verdict)
        message, slots = heard.message, heard.slots
        told = settling.reading_with(heard.rule, heard.understood, message, slots, state, playing)
        return message, slots, told

    def _heard(self, said: Said, place: Place, verdict: moderation.Verdict) -> Heard:
        """Read a message as far as the dialogue need not be known."""
        if verdict == "ok" and (known := said.heard.get(place)) is not None:
            return known
        message, people = said.message, self.names.person_words
        titles = named.meant(message, said.names, place.scene)
        if (words := said.words.get(titles)) is None:
            rules = extract(message, self.names, titles)
            words = said.words[titles] = rules, reading.Spoken(message, rules.masked, people)
        found, spoken = words
        if verdict == "refuse" and moderation.faint(message):
            beside = place.playing or place.focused
            if found.titles or (beside and scening.sense(message, found.masked)):
                verdict = "ok"  # of a film, by its name or its form; no word of it is of what is refused
        rule = intents.classify(
            message, found, verdict, listed=place.listed, focused=place.focused, playing=place.playing
        )
        understood = spoken.understood(place.scene)
        way = (titles, understood.intent, place.scene)
        if (slots := said.joined.get(way)) is None:
            slots = said.joined[way] = joining.slots_with(found, understood, self.names)
        heard = Heard(message, slots, understood, rule)
        if verdict == "ok":
            said.heard[place] = heard
        return heard

    def _speak(self, turn: Turn, outcome: Outcome, *, blocked: bool = False) -> Reply:
        lang = turn.message.language
        words = {
            slot: trusted.echoed(value, lang) if slot in VIEWERS_SLOTS else value
            for slot, value in outcome.facts.items()
        }
        text = phrasing.say(outcome.act, lang, seed=self.rng_seed, turn=turn.state.turn, **words)
        cards = tuple(self._card(pick, turn, outcome) for pick in outcome.picks)
        return Reply(
            text=text,
            cards=cards,
            actions=outcome.actions,
            chips=chips.after(outcome, turn, self.shelf),
            state=_next_state(turn, outcome),
            lang=lang,
            intent=turn.reading.intent,
            citations=outcome.citations,
            links=outcome.links,
            unsure=outcome.act in UNSURE,
            blocked=blocked,
        )

    def _card(self, pick: Pick, turn: Turn, outcome: Outcome) -> Card:
        title, lang = pick.title, turn.message.language
        unit = pick.unit or self.shelf.unit(title, turn.ready)
        at = f"?t={int(pick.at_s)}" if pick.at_s is not None and unit is not None else ""
        return Card(
            title_id=title.title_id,
            title=title.name(lang),
            year=title.year,
            poster=f"/posters/{title.title_id}",
            reason=pick.reason
            or facts.card_reason(
                title,
                outcome.wish,
                lang,
                near=pick.near,
                like=outcome.like if outcome.like != title else None,
                other=pick.near and outcome.label == "other",
                lacks=pick.near and outcome.label == "lacks",
            ),
            playable=unit is not None,
            watch_url=f"/watch/{unit or title.title_id}{at}",
            age_rating=title.age_rating,
            duration_s=title.duration_s,
            kind=title.kind,
            arriving=self.shelf.arrives(title, turn.ready, turn.coming),
            descriptors=tuple(descriptor_name(name, lang) for name in title.descriptors),
            position_s=pick.at_s if pick.at_s is not None else pick.position_s,
        )


def _language(lang: str) -> str:
    return "en" if lang.lower().startswith("en") else "pt"


def _next_state(turn: Turn, outcome: Outcome) -> DialogueState:
    state = turn.state
    listed = tuple(pick.title.title_id for pick in outcome.picks)
    keeps = not listed
    shown = state.shown if outcome.continues else ()
    if outcome.undoes:
        past = state.past[:-1]
    elif listed and state.listed and listed != state.listed:
        past = (*state.past, Past.of(state.wish, state.listed))[-PAST_MAX:]
    else:
        past = state.past
    return state.after(
        lang=turn.message.language,
        wish=outcome.wish if outcome.wish is not None else state.wish,
        listed=state.listed if keeps else listed,
        shown=(state.shown if keeps else tuple(dict.fromkeys((*shown, *listed))))[-SHOWN_MAX:],
        focus=outcome.focus or (listed[0] if len(listed) == 1 else None if listed else state.focus),
        intent=turn.reading.intent,
        offer=outcome.offer,
        spoilers=state.spoilers if outcome.spoilers is None else outcome.spoilers,
        past=past,
    )
