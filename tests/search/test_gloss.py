import re

import pytest

from bitaca_core.catalogue.normalize import fold
from bitaca_core.errors import InputError
from bitaca_core.search import gloss as module
from bitaca_core.search.gloss import entries, gloss, lexicon
from bitaca_core.search.stem import STEM_MIN, stem


@pytest.mark.parametrize(
    ("portuguese", "english"),
    [
        ("filme sobre luto e natureza", "grief nature"),
        ("caçadores de recompensa no espaço", "bounty hunters in space"),
        ("o caçador de recompensas", "bounty hunter"),
        ("robôs gigantes", "giant robots"),
        ("sonhando", "dream"),
        ("as velhinhas escreviam cartas", "old woman write letters"),
        ("médicas", "doctor"),
        ("ela voltou no tempo", "travel back in time"),
        ("gente que vê gente morta", "people see dead people"),
        ("trens e aviões", "train plane"),
        ("Miyazaki", "miyazaki"),
        ("", ""),
    ],
)
def test_words_become_english(portuguese, english):
    assert gloss(portuguese) == english


@pytest.mark.parametrize(
    "english",
    [
        "time travel",
        "the boy who sees dead people",
        "a date with a pirate and the time machine",
        "live music",
    ],
)
def test_english_passes_unharmed(english):
    assert gloss(english) == english


def test_a_word_of_both_languages_is_read_in_company():
    assert gloss("time de vôlei") == "team volleyball"
    assert gloss("time loop") == "time loop"


def test_the_longest_phrase_wins():
    assert gloss("boneca") == "doll" and gloss("boneca assassina") == "killer doll"


@pytest.mark.parametrize(
    ("infinitive", "forms"),
    [
        ("correr", "correm correu correndo corria corrida"),
        ("buscar", "busca busquei buscava buscando"),
        ("seduzir", "seduz seduziu seduzindo"),
        ("construir", "construiu construindo"),
        ("passear", "passeia passeava"),
        ("proteger", "protegeu proteja protegendo"),
    ],
)
def test_verbs_are_known_in_their_forms(infinitive, forms):
    from bitaca_core.search.inflect import verb_forms

    assert set(forms.split()) <= {infinitive, *verb_forms(infinitive)}


@pytest.mark.parametrize(
    ("word", "gendered", "forms"),
    [
        ("cacador", True, "cacadora cacadores cacadoras"),
        ("ladrao", False, "ladroes ladraozinho"),
        ("homem", False, "homens"),
        ("animal", False, "animais"),
        ("barco", False, "barcos barquinho"),
        ("japones", True, "japonesa japoneses japonesas"),
        ("infantil", False, "infantis"),
    ],
)
def test_nouns_are_known_in_their_forms(word, gendered, forms):
    from bitaca_core.search.inflect import noun_forms

    assert set(forms.split()) <= set(noun_forms(word, gendered))


def test_the_lists_are_large_in_every_field_and_clean():
    rows = list(entries())
    assert len(rows) >= 3000
    assert sum(" " in portuguese for _, portuguese, _ in rows) >= 800
    fields = {field for field, _, _ in rows}
    assert {"people", "jobs", "places", "feelings", "verbs", "genres", "colloquial"} <= fields
    assert all(english == fold(english) or re.search(r"[-'A-Z]", english) for _, _, english in rows)
    verbs = [portuguese for field, portuguese, _ in rows if field == "verbs" and " " not in fold(portuguese)]
    assert all(fold(verb).endswith(("ar", "er", "ir", "or")) for verb in verbs)


def test_no_word_stands_twice():
    seen: dict[str, str] = {}
    for field, portuguese, _ in entries():
        key = fold(portuguese)
        assert key and key not in seen, f"{portuguese!r} in {field} and {seen[key]}"
        seen[key] = field


def test_every_genre_theme_and_country_has_english():
    from bitaca_core.catalogue.vocabulary import vocabulary

    words = vocabulary()
    known = lexicon().exact
    spoken = [
        *(names[0] for names in words.genre_names.values()),
        *words.theme_names,
        *(names[0] for names in words.country_names.values()),
    ]
    assert all(fold(word) in known for word in spoken)


def test_the_lists_cover_our_own_synopses(indexed):
    """At least 85 % of the Portuguese words of the shipped synopses, names aside, are known."""
    known = total = 0
    lists = lexicon()
    for title in indexed[1].titles:
        for raw in re.findall(r"[\w-]+", title.synopsis_pt or ""):
            word = fold(raw)
            if raw[:1].isupper() or len(word) < 4 or " " in word or word.isdigit():
                continue
            total += 1
            known += bool(
                word in module._EMPTY
                or word in lists.exact
                or word in lists.forms
                or lists.stems.get(stem(word))
            )
    assert total > 500 and known / total >= 0.85


def test_a_line_without_a_tab_is_named(tmp_path, monkeypatch):
    folder = tmp_path / "data" / "gloss"
    folder.mkdir(parents=True)
    (folder / "people.tsv").write_text("boy\tmenino\ngirl menina\n", "utf-8")
    monkeypatch.setattr(module.resources, "files", lambda _: tmp_path)
    with pytest.raises(InputError, match="a tab") as caught:
        list(entries())
    assert caught.value.line == 2 and "people.tsv" in str(caught.value.file)


def test_stems_agree_and_stay_long_enough():
    for words in (
        ("menino", "meninos", "menina"),
        ("cangaceiro", "cangaceiros"),
        ("sonhar", "sonhando", "sonhos"),
        ("dream", "dreams"),
    ):
        assert len({stem(word) for word in words}) == 1
    assert all(len(stem(word)) >= min(len(word), STEM_MIN) for word in ("as", "mar", "luas", "casas"))
