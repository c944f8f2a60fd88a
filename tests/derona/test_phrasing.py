"""Every phrase: both languages, the same slots, enough variants; and every fact traces to the catalogue."""

from __future__ import annotations

import itertools
import re
import string

import pytest

from bitaca_core.catalogue.vocabulary import genre_name
from bitaca_core.derona import facts, phrasing
from bitaca_core.derona.assistant import Assistant, DialogueState, Reply
from bitaca_core.derona.policy import _ANSWERS
from bitaca_core.settings import CHECKOUT
from tests.derona.shelf import catalogue
from tests.derona.table import read_table

EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
STIFF = r"\b(?:fichas?|usuári[oa]s?|solicitaç\w+|infelizmente|lamento|as an ai|unfortunately)\b"
"""Words of counters and machines."""
SINGULAR = (
    r"\{(?:titles|near|people|cast|genres)\},? (?:(?:já|não|nem|é|está|estava|fica|vai|ganhou|saiu|foi|dirige|assina|produziu)\b(?! ?[.!?:])"
    r"|(?:is|isn't|was|wasn't|has|doesn't|gets|stays|comes|directs|counts)\b)"
)
"""A verb in the singular after a slot that may hold several names."""
ACTS = sorted(phrasing.phrases("pt"))


def slots(variant: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(variant) if name}


def faults(pt: dict[str, tuple[str, ...]], en: dict[str, tuple[str, ...]]) -> list[str]:
    """Return every act that is not complete in both languages."""
    found = [f"{act}: only in one language" for act in set(pt) ^ set(en)]
    for lang, table in (("pt", pt), ("en", en)):
        seen: dict[str, str] = {}
        for act, variants in table.items():
            if len(variants) < phrasing.VARIANTS_MIN:
                found.append(f"{lang} {act}: {len(variants)} variants")
            for variant in variants:
                if variant in seen:
                    found.append(f"{lang} {act}: repeats {seen[variant]}")
                seen[variant] = act
                if len(EMOJI.findall(variant)) > 1:
                    found.append(f"{lang} {act}: more than one emoji")
                if len(re.findall(r"[.?!…](?=[\"”]?(?:\s|$))", variant)) > phrasing.SENTENCES_MAX:
                    found.append(f"{lang} {act}: more than three sentences")
                if len(variant) > phrasing.CHARS_MAX:
                    found.append(f"{lang} {act}: longer than {phrasing.CHARS_MAX} characters")
                if "  " in variant or variant != variant.strip():
                    found.append(f"{lang} {act}: stray spaces")
                if one := re.search(SINGULAR, variant):
                    found.append(f"{lang} {act}: {one[0]!r} is wrong of several")
                if word := re.search(STIFF, variant, re.IGNORECASE):
                    found.append(f"{lang} {act}: says {word[0]!r}")
                found += [
                    f"{lang} {act}: nobody knows where {{{name}}} comes from"
                    for name in slots(variant) - set(phrasing.SOURCES)
                ]
    for act in set(pt) & set(en):
        used = [slots(variant) for variant in (*pt[act], *en[act])]
        required = set.union(*used)
        if act not in _OPTIONAL and any(names != required for names in used):
            found.append(f"{act}: variants have different slots")
    return found


_OPTIONAL = {"found_unplayable", "found_unplayable_near"}
"""Acts whose variants may leave out `what`."""


def test_phrases_are_complete() -> None:
    assert faults(dict(phrasing.phrases("pt")), dict(phrasing.phrases("en"))) == []


def test_seeded_faults_are_reported() -> None:
    good = {"a": tuple(f"{number} {{title}}" for number in range(5))}
    assert faults(good, good) == []

    def seeded(*variants: str) -> str:
        return " ".join(faults({"a": variants}, good))

    whole = good["a"]
    assert faults(good, {}) == ["a: only in one language"]
    assert "4 variants" in seeded(*whole[:4])
    assert "repeats" in seeded(whole[0], *whole[:4])
    assert "slots" in seeded("sem nome", *whole[1:])
    assert "emoji" in seeded("{title} 🍿🍿", *whole[1:])
    assert "sentences" in seeded("{title}. Um. Dois. Três.", *whole[1:])
    assert "characters" in seeded("{title} " + "a" * 300, *whole[1:])
    assert "stray" in seeded("{title}  já", *whole[1:])
    assert "wrong of several" in seeded("{titles} já está aqui", *whole[1:])
    assert "says" in seeded("Infelizmente, {title}", *whole[1:])
    assert "nobody knows where {box_office}" in seeded("{title} {box_office}", *whole[1:])


def test_every_act_that_is_spoken_has_a_phrase_and_every_phrase_an_act() -> None:
    """Acts are strings in the code, some put together of parts: each phrase is named, or its parts are."""
    root = CHECKOUT / "bitaca_core" / "derona"
    code = "".join(file.read_text("utf-8") for file in (*root.glob("*.py"), *root.glob("acts/*.py")))
    named = set(re.findall(r"Outcome\(\s*\"([a-z_]+)\"", code)) | set(
        re.findall(r"_(?:about|said)\(turn, shelf, title, \"([a-z_]+)\"", code)
    )
    assert named <= set(ACTS)
    made = [
        "next_none",
        "previous_none",
        "fullscreen_on",
        "fullscreen_off",
        "mute_on",
        "quality_auto",
        "quality_highest",
        "quality_lowest",
    ]
    made += [f"skip_{part}_{kind}" for part in ("no", "before", "past") for kind in ("intro", "credits")]
    made += [
        "skip_intro_to",
        "skip_credits_to",
        "audio_none",
        "text_none",
        "audio_absent",
        "text_absent",
        "audio_set",
        "text_on_set",
    ]
    made += [f"{act}_guest" for act in ("liked", "disliked", "seen")] + [
        "continue_heard",
        "where_playing_heard",
    ]
    made += [f"{act}_{near}" for act in ("availability_no", "play_unplayable") for near in ("near", "other")]
    assert set(made) <= set(ACTS)
    spoken = set(re.findall(r"\"([a-z]+(?:_[a-z]+)*)\"", code)) | set(made)
    assert [act for act in ACTS if act not in spoken] == []


@pytest.mark.parametrize("act", ACTS)
def test_consecutive_turns_differ(act: str) -> None:
    facts_ = {name: name for variant in phrasing.phrases("pt")[act] for name in slots(variant)}
    said = [phrasing.say(act, "pt", seed=3, turn=turn, **facts_) for turn in range(8)]
    assert all(one != other for one, other in itertools.pairwise(said))


def test_seed_decides(derona: Assistant, search: object) -> None:
    assert derona.reply("oi") == derona.reply("oi")
    greetings = {
        Assistant(derona.catalogue, derona.shelf.search, rng_seed=seed).greet("pt") for seed in range(20)
    }
    assert len(greetings) >= 3


def test_every_intent_has_an_answer() -> None:
    from bitaca_core.derona.intents import INTENTS

    assert set(_ANSWERS) >= set(INTENTS)
    guide = (
        "greet bye thanks help search similar refine another surprise details cast why compare play resume"
    )
    guide += (
        " continue_watching player_control tracks trouble availability watchlist feedback history_privacy"
    )
    guide += " scene_search small_talk out_of_scope abuse crisis empty too_long refuse affirm deny"
    assert set(_ANSWERS) >= set(guide.split())


def allowed_facts(lang: str) -> set[str]:
    """Return every number, name and rating that the catalogue can be the source of, in one language."""
    allowed: set[str] = set()
    for title in catalogue():
        for value in (
            title.year,
            len(title.episodes),
            facts.length(title, lang),
            facts.age(title, lang),
            facts.synopsis(title, lang),
        ):
            allowed |= set(re.findall(r"\d+", str(value)))
        allowed |= set(re.findall(r"\d+", " ".join((title.name("pt"), title.name("en"), *title.aliases))))
    return allowed


def numbers_said(reply: Reply) -> set[str]:
    return set(re.findall(r"\d+", " ".join((reply.text, *(card.reason for card in reply.cards)))))


@pytest.mark.parametrize("lang", ["pt", "en"])
def test_numbers_about_titles_come_from_the_catalogue(derona: Assistant, lang: str) -> None:
    state = derona.reply(
        "Mostre filmes" if lang == "pt" else "show me movies", state=DialogueState(lang=lang)
    ).state
    known = allowed_facts(lang)
    asked = [
        "do que se trata {}?",
        "quem dirigiu {}?",
        "quanto tempo dura {}?",
        "qual a classificação de {}?",
        "{}",
        "parecido com {}",
        "dá pra assistir {} aqui?",
    ]
    if lang == "en":
        asked = [
            "what is {} about?",
            "who directed {}?",
            "how long is {}?",
            "what's the age rating of {}?",
            "{}",
            "similar to {}",
            "can I watch {} here?",
        ]
    for title in catalogue():
        for question in asked:
            reply = derona.reply(question.format(title.name(lang)), state=state)
            unfounded = numbers_said(reply) - known - {"18"}
            assert not unfounded, (question, title.title_id, reply.text)


def test_a_named_title_is_always_one_of_the_catalogue_and_on_a_card(derona: Assistant) -> None:
    names = {title.name(lang): title.title_id for title in catalogue() for lang in ("pt", "en")}
    state = derona.reply("Mostre filmes").state
    for line in read_table("utterances_pt.txt") + read_table("utterances_followup_pt.txt"):
        reply = derona.reply(line.text, state=state)
        for card in reply.cards:
            title = derona.catalogue.get(card.title_id)
            assert title is not None and card.title in names
            told = {genre_name(genre, reply.lang).lower() for genre in title.genres}
            assert any(genre in card.reason.lower() for genre in told), card
            if "da casa" in card.reason:
                assert title.source == "sample"


def test_unknown_facts_are_admitted(derona: Assistant) -> None:
    reply = derona.reply("quem atua em Bacurau?")
    assert "Sônia Braga" in reply.text
    silent = derona.reply("quem atua em Akira?")
    assert "Akira" in silent.text and silent.text in {
        variant.format(title="Akira") for variant in phrasing.phrases("pt")["unknown_fact"]
    }
    unrated = derona.reply("qual a classificação de Akira?")
    assert "18" in unrated.text


def test_no_exclamation_when_things_go_wrong() -> None:
    for lang in phrasing.LANGUAGES:
        for act in (
            "trouble",
            "no_player",
            "invalid",
            "nothing",
            "unknown_title",
            "not_understood",
            "too_long",
            "crisis",
        ):
            assert not any("!" in variant for variant in phrasing.phrases(lang)[act])


def test_no_emoji_where_it_is_serious() -> None:
    serious = re.compile(r"crisis|refuse|abuse|trouble|privacy|history|list_clear|own_guest|spoiler|help")
    for lang in phrasing.LANGUAGES:
        for act, variants in phrasing.phrases(lang).items():
            assert not (serious.match(act) and any(EMOJI.search(variant) for variant in variants)), (
                lang,
                act,
            )
