"""Whether a message goes on with the wish on the table, or begins another; and which of its conditions it replaces.

With a list on the page nearly every wish refines it (2,402 of 2,408 in the development sets), so going on is what is
assumed. A message begins another wish when

1. it says so ("esquece tudo", "mudando de assunto", "start over"): nothing of the old wish stays;
2. it is a whole request ("quero um filme de …", "me indica uma série …"), is not tied to the list ("mas", "agora", "desses",
   "troca") and names another topic of a kind that the wish has: other genres, somebody else, another story. Who watches
   along stays: they have not left the room.

Going on merges slot by slot. Places, years, lengths, ages, company and languages are replaced by what is said next; genres,
themes, moods and words are added to, unless the message turns away from what was said ("na verdade", "agora", "melhor",
"troca", "actually"), which replaces the genres. What is negated leaves its slot and is left out from then on; "tanto faz o
país" drops the slot.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bitaca_core.derona.slots import Slots
from bitaca_core.derona.state import Wish
from bitaca_core.search.query import Query

_SAYS_SO = re.compile(
    r"\b(?:mudando de (?:assunto|ideia)|mud(?:ei|amos|ando) de ideia|esque(?:ce|ca|cam)(?: (?:tudo|isso|isto|tudo isso|o que (?:eu )?(?:disse|pedi|falei)|a lista|ess[ea]s?|ai))*(?=$| (?:eu )?(?:quero|queria|me|bora|vamos|manda|mostra|procura|tem|agora|vou)\b)"
    r"|deixa (?:isso|ess[ea]s?|tudo) (?:para la|de lado|quieto)|deixa para la|(?:comec\w+|recomec\w+|volt\w+) (?:tudo )?(?:do zero|de novo do zero|do comeco)|comec\w+ de novo|zera (?:tudo|a busca|os filtros)|limpa (?:tudo|a busca|os filtros)|nov[ao] (?:busca|pesquisa|pedido)|outr[ao] (?:pedido|busca|pesquisa|assunto)"
    r"|algo (?:totalmente|completamente) diferente|forget (?:it|that|this|everything|all (?:of )?that|about (?:it|that))|never ?mind|start (?:over|again|fresh)|new search|change of (?:subject|topic)|(?:completely|totally|entirely) different|scratch (?:that|all that)|clear (?:the )?(?:filters|search)|reset (?:the )?(?:filters|search))\b"
)
_TIED = re.compile(
    r"^(?:(?:ah|ta|ok|hm|hmm|poxa|oxe|vish|eita|opa|so que|olha|legal|boa) )*(?:e|mas|agora|so|entao|tambem|ou|com|sem|de|do|da|dos|das|para|mais|menos|nao|que|ate|desde|prefiro|melhor|pode ser|alias|and|but|now|just|only|make|with|without|more|less|not|no|from|for|or|also|then|ok but)\b"
    r"|\b(?:ess[ae]s|dess[ae]s|ness[ae]s|del[ae]s|daquel[ae]s|mesm[oa]s|a lista|o resto|alem disso|tira|tire|troca|troque|filtra|filtre|deixa so|inclui|inclua|acrescenta|na verdade|quer dizer|pensando bem|those|these|of them|the list|the rest|the same|instead|swap|drop|keep|filter|narrow|actually|rather)\b"
)
_REQUEST = re.compile(
    r"\b(?:quero|queria|quer[oi]a|gostaria|procuro|procurando|procura|busco|tem|teria|ha|indica\w*|indique|recomend\w+|sugere|sugira|mostra|mostre|acha|ve|manda|preciso|want|wanna|need|looking for|recommend|suggest|show|find|do you have|is there|are there|got)\b(?: \w+){0,6}? (?:filmes?|filmao|filminho|series?|seriado|animes?|desenhos?|documentarios?|longas?|curtas?|animac\w+|comedias?|dramas?|terror|romances?|algo|alguma coisa|coisa|movies?|films?|shows?|cartoons?|documentar\w+|something|anything)\b"
)
_TURNS_AWAY = re.compile(
    r"\b(?:agora|na verdade|quer dizer|digo|alias|melhor|prefiro|troca\w*|troque|em vez|ao inves|no lugar|muda\w* para|mude para|pensando (?:bem|melhor)|esque[c]\w+|actually|instead|rather|i mean|switch|swap|make it|on second thoughts?|change (?:it |that )?to)\b"
)
_ALSO = re.compile(r"\b(?:tambem|junto|alem de|mas tambem|also|as well|too|plus)\b")
_CONDITION = "pais|paises|lugar|ano|anos|epoca|decada|duracao|tamanho|tempo|genero|generos|idade|classificacao|country|countries|place|year|years|decade|length|duration|genre|genres|age|rating"
_FREES = re.compile(
    r"\b(?:tanto faz|qualquer|nao (?:precisa|importa|faz questao)|sem limite de|libera|pode ser (?:de )?(?:qualquer|toda)|any|no matter|doesn t matter|don t care about|whatever)\b"
    rf"(?: \w+){{0,4}}? (?P<what>{_CONDITION})\b(?: (?:is fine|works|esta bom|serve|ta bom))?"
    rf"|\b(?P<first>{_CONDITION}) (?:tanto faz|nao importa|qualquer um|doesn t matter|any)\b"
)
_KINDS = {
    "country": ("pais", "paises", "lugar", "country", "countries", "place"),
    "year": ("ano", "anos", "epoca", "decada", "year", "years", "decade"),
    "length": ("duracao", "tamanho", "tempo", "length", "duration"),
    "genre": ("genero", "generos", "genre", "genres"),
    "age": ("idade", "classificacao", "age", "rating"),
}


def says_so(text: str) -> bool:
    """Return whether folded words say that what was asked before no longer counts."""
    return _SAYS_SO.search(text) is not None


def begins_anew(wish: Wish, slots: Slots) -> bool:
    """Return whether a message, which does not say so, asks for something else than the wish on the table."""
    text = slots.masked
    if _TIED.search(text) or not _REQUEST.search(text):
        return False
    genres = bool(slots.genres and wish.query.genres and not set(slots.genres) & set(wish.query.genres))
    person = bool(slots.person and wish.person and slots.person != wish.person)
    tale = bool(
        slots.plot and wish.query.text and not set(slots.story.split()) & set(wish.query.text.split())
    )
    somebody = bool(slots.genres and wish.person) or bool(slots.person and wish.query.genres and slots.genres)
    return genres or person or tale or somebody


def turns_away(text: str) -> bool:
    """Return whether folded words take back what was said, so that a genre replaces those before it."""
    return _TURNS_AWAY.search(text) is not None and _ALSO.search(text) is None


def freed(wish: Wish, text: str) -> Wish:
    """Return the wish without the condition that folded words give up ("tanto faz o país"); the same where none is."""
    found = _FREES.search(text)
    if found is None:
        return wish
    kind = next(name for name, words in _KINDS.items() if (found["what"] or found["first"]) in words)
    query = {
        "country": replace(wish.query, countries=()),
        "year": replace(wish.query, year_min=None, year_max=None),
        "length": replace(wish.query, duration_min_s=None, duration_max_s=None),
        "genre": replace(wish.query, genres=()),
        "age": replace(wish.query, max_age=None) if wish.query.company != "children" else wish.query,
    }[kind]
    return replace(wish, query=query)


def beside_freed(story: str, text: str) -> str:
    """Return the words of a story without those that give up a condition."""
    found = _FREES.search(text)
    gone = set(found[0].split()) if found is not None else set()
    return " ".join(word for word in story.split() if word not in gone)


def audience(wish: Wish) -> Query:
    """Return what of a wish is about who watches, which another wish does not change."""
    return Query(max_age=wish.query.max_age, company=wish.query.company, company_age=wish.query.company_age)
