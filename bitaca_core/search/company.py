"""Who watches along: "com meus filhos", "com a vó", "com a galera", "a dois", "sozinho de noite".

Company is read out of the words like any filter and shown as a chip. It leaves out what would spoil that evening
and lifts what usually suits it; where the question names a genre itself, only the leaving out is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bitaca_core.catalogue.titles import Title
from bitaca_core.search.filters import genres_of

CHILD_AGE = 10
"""Of children whose age is not said: a certain rating up to this is for them."""
_HARSH = frozenset(("violento", "assustador", "sombrio"))


@dataclass(frozen=True, slots=True)
class Company:
    """A kind of company.

    `never_*` leave out, `either_*` are what a title must have one of (where nothing else is asked), `likes_*` lift.
    """

    slug: str
    pt: str
    en: str
    never_genres: frozenset[str] = frozenset()
    never_moods: frozenset[str] = frozenset()
    either_genres: frozenset[str] = frozenset()
    either_moods: frozenset[str] = frozenset()
    likes_genres: frozenset[str] = frozenset()
    likes_moods: frozenset[str] = frozenset()
    dislikes_genres: frozenset[str] = frozenset()


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


COMPANIES = {
    one.slug: one
    for one in (
        Company(
            "children", "com crianças", "with children", _set("terror crime suspense"), _HARSH | {"tenso"},
            _set("familia"), frozenset(), _set("familia animacao"), _set("alegre leve aconchegante engracado"),
        ),
        Company(
            "family", "em família", "with the family", _set("terror crime"), _HARSH,
            _set("familia comedia aventura"), frozenset(), _set("familia"), _set("alegre leve aconchegante engracado"),
        ),
        Company(
            "elders", "com os mais velhos", "with the elders", _set("terror experimental"), _HARSH | {"estranho", "tenso", "intenso"},
            frozenset(), _set("leve aconchegante alegre nostalgico esperancoso inspirador"), _set("comedia drama"),
            _set("aconchegante leve nostalgico alegre esperancoso inspirador"), _set("anime animacao"),
        ),
        Company(
            "couple", "a dois", "for two", frozenset(), frozenset(("violento",)),
            _set("romance"), _set("romantico"), _set("romance"), _set("romantico leve aconchegante"),
        ),
        Company(
            "friends", "com a galera", "with friends", frozenset(), _set("contemplativo triste melancolico"),
            _set("comedia terror acao aventura"), frozenset(), _set("comedia acao terror"), _set("engracado alegre intenso"),
        ),
        Company(
            "teenagers", "com adolescentes", "with teenagers", frozenset(), _set("contemplativo violento"),
            _set("comedia acao aventura ficcao-cientifica fantasia anime"), frozenset(), _set("acao aventura comedia"),
            _set("engracado intenso alegre"),
        ),
        Company(
            "night", "sozinho à noite", "alone at night", frozenset(), _set("leve alegre aconchegante"),
            _set("terror suspense misterio"), frozenset(), _set("terror suspense misterio"), _set("tenso assustador sombrio"),
        ),
    )
}  # fmt: skip

_MY = (
    r"(?:(?:o|a|os|as|um|uma|meu|minha|meus|minhas|nossos|nossas|nosso|nossa|seu|sua|uns|umas|my|the|our) )*"
)
_SMALL = r"(?: (?:pequen[oa]s?|pequeninin[oh]+[oa]s?|menores|mais nov[oa]s?))?"
_OF_AGE = r"(?: (?:de|com|aged?) (?P<age>\d|1[0-7])(?: anos| anin?hos| years old| year olds?)?)?"
_CHILD = (
    r"(?:filh(?:o|a|inho|inha|ote)s?|sobrinh[oa]s?|net(?:o|a|inho|inha)s?|entead[oa]s?|afilhad[oa]s?|prim(?:inho|inha)s?"
    r"|criancas?|criancadas?|criancinhas?|molecada|gurizada|pequenos|pequenas|miudos|irmaozinhos?|irmazinhas?|bebes?|kids|children|son|daughter|nephews?|nieces?)"
)
_WITH = r"(?:(?:pra|para|pro|pras|pros|to) (?:eu )?(?:ver|assistir|curtir|watch) (?:(?:junto|juntos|together) )?(?:com|with)|(?:ver|assistir|vou ver|watch(?:ing)?) (?:com|with)|(?:junto )?com|with|pra|pro|pras|pros|para)"
_READINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("children", re.compile(rf"\b{_WITH} {_MY}{_CHILD}{_SMALL}{_OF_AGE}\b|\b(?:enquanto|while) {_MY}{_CHILD} \w+\b|\b(?:dos |de )\d+ aos \d+(?: anos)?\b|\b(?:for )?kids\b")),
    ("family", re.compile(
        rf"\b(?:(?:em|com|pra|para|with) (?:{_MY})?(?:toda )?famil(?:ia|y)(?: (?:toda|inteira|reunida|together))?|(?:com|pra|pro) (?:todo mundo|o povo|o pessoal) (?:da casa|de casa|la de casa)|family (?:movie )?night)\b"
    )),
    ("elders", re.compile(
        rf"\b{_WITH} {_MY}(?:vos?|avos?|voinh[oa]|vovo|vovos|vozinh[oa]|bisav[oa]|sogr[oa]s?|pais|pai|mae|mamae|papai|coroas?|velh[oa]s|velho|idosos?|ti[oa]s?|grandm(?:a|other)|grandpa(?:rents)?|grandfather|parents|mom|mum|dad|mother|father)\b"
    )),
    ("couple", re.compile(
        rf"\b{_WITH} {_MY}(?:boy|boyzinho|crush|mozao|mozinho|mozin|mor|amor|namorad(?:o|a|inho|inha)|ficante|contatinho|peguete|marido|esposa|mulher|noiv[oa]|companheir[oa]|gat[oa]|girlfriend|boyfriend|wife|husband|date|partner)\b"
        rf"|\b(?:(?:pra|para) (?:ver|assistir|ficar|curtir) )?(?:a dois|agarradinh[oa]s?|juntinh[oa]s?|coladinh[oa]s?|de conchinha|abracadinh[oa]s?)(?: (?:com|e) {_MY}\w+)?\b"
        r"|\b(?:primeiro encontro|date night|dia dos namorados|noite romantica|first date)\b"
    )),
    ("friends", re.compile(
        rf"\b{_WITH} {_MY}(?:galera|amig[oa]s|amiguinhos|parceiros|turma|pessoal|rapaziada|bonde|manas|meninas|migas|friends|crew|buddies)\b"
        r"|\b(?:noite|tarde) d[ae]s? (?:meninas|amigas|amigos|galera|pizza)\b|\b(?:girls|boys) night\b"
    )),
    ("teenagers", re.compile(rf"\b{_WITH} {_MY}(?:(?:filh|irm|prim|sobrinh)\w+ )?(?:adolescentes?|teens?|teenagers?)\b")),
    ("night", re.compile(
        r"\b(?:(?:pra|para) (?:ver|assistir) )?(?:sozinh[oa]|so|alone) (?:de|na|no|a|em|at) (?:noite|madrugada|escuro|casa a noite|night)\b|\b(?:de|com a) luz(?:es)? apagadas?\b|\bsozinh[oa] (?:em casa )?(?:com medo|no escuro)\b|\blights off\b"
    )),
)  # fmt: skip
SHARED_WORDS = frozenset(("pra", "pro", "pras", "pros", "para", "to"))


def pattern_of(slug: str) -> re.Pattern[str]:
    """Return what names a kind of company in a folded text."""
    return dict(_READINGS)[slug]


def readings() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return `(slug, pattern)` in the order in which they are tried."""
    return _READINGS


def suits(title: Title, slug: str, max_age: int | None, free: bool) -> bool:
    """Return whether a title does for this company.

    Parameters
    ----------
    max_age : int or None
        Years of the youngest, where said (children only).
    free : bool
        Whether the question names no genre itself; only then one of `either_*` is demanded.
    """
    company = COMPANIES[slug]
    genres, moods = genres_of(title), set(title.moods)
    if slug == "children":
        if title.age_rating is not None and title.effective_age > (CHILD_AGE if max_age is None else max_age):
            return False
        rated = title.age_rating is not None
        return (rated or "familia" in genres) and moods.isdisjoint(company.never_moods - ({"tenso"} if rated else set())) and (
            genres.isdisjoint(company.never_genres)
        )  # fmt: skip
    if not free and slug != "family":  # who asks for a western with grandfather gets westerns
        return True
    if not genres.isdisjoint(company.never_genres) or not moods.isdisjoint(company.never_moods):
        return False
    if not free or not (company.either_genres or company.either_moods):
        return True
    return not genres.isdisjoint(company.either_genres) or not moods.isdisjoint(company.either_moods)


def liking(title: Title, slug: str) -> float:
    """Return how well a title usually suits this company, 0 to 1."""
    company = COMPANIES[slug]
    genres, moods = genres_of(title), set(title.moods)
    of_genres = len(genres & company.likes_genres) / max(1, min(2, len(company.likes_genres)))
    of_moods = len(moods & company.likes_moods) / max(1, min(3, len(company.likes_moods)))
    rated = 0.2 if slug == "children" and title.age_rating is not None else 0.0
    against = 0.0 if genres.isdisjoint(company.dislikes_genres) else 0.4
    return max(0.0, min(1.0, 0.4 * min(1.0, of_genres) + 0.5 * min(1.0, of_moods) + rated) - against)
