"""Messages that words of danger judge too hard: a figure of speech beside a film, an order to the player or of one's list.

They are looked at only where a message was judged grave. An order is told by closed lists: every word of the message must
be in them, so that nothing else can be said beside it. A figure of speech is taken out, as is the trade that somebody says
is theirs, and the rest is judged again.
"""

from __future__ import annotations

import re

_WORDS = frozenset([
    "o", "a", "os", "as", "um", "uma", "de", "do", "da", "dos", "das", "em", "no", "na", "para", "pra", "por", "favor", "ai", "ja", "agora", "logo",
    "isso", "esse", "essa", "este", "esta", "aqui", "tudo", "toda", "todo", "inteira", "inteiro", "e", "minha", "meu", "minhas", "meus", "quero",
    "pode", "the", "this", "that", "it", "my", "all", "now", "please", "pls", "whole", "entire", "everything", "to", "in", "at", "on", "and", "of",
    "just",
])  # fmt: skip
_PLAYING = frozenset([
    "qualidade", "quality", "1080p", "720p", "480p", "360p", "2160p", "4k", "hd", "legenda", "legendas", "subtitle", "subtitles", "captions",
    "audio", "som", "sound", "volume", "video", "player", "tela", "screen", "dublagem", "episodio", "episode", "abertura", "intro", "creditos",
    "credits",
])  # fmt: skip
_PLAYED = frozenset([
    "force", "forca", "forcar", "forcada", "mata", "mate", "matar", "kill", "corta", "corte", "cortar", "cut", "shoot", "derruba", "derrube",
    "derrubar", "drop", "para", "pare", "parar", "stop", "cala", "cale", "calar", "explode", "estoura", "executa", "execute", "executar", "run",
    "roda", "rodar", "tira", "tire", "bota", "bote", "poe", "full", "maxima", "max", "minima",
])  # fmt: skip
_KEPT = frozenset([
    "lista", "listas", "list", "watchlist", "historico", "history", "conversa", "conversas", "conversation", "chat", "favoritos", "favorites",
])  # fmt: skip
_CLEARED = frozenset([
    "acaba", "acabe", "acabar", "com", "destroi", "destrua", "destruir", "apaga", "apague", "apagar", "limpa", "limpe", "limpar", "deleta", "delete",
    "deletar", "exclui", "exclua", "excluir", "mata", "mate", "matar", "explode", "explodir", "kill", "nuke", "destroy", "wipe", "erase", "clear",
    "remove", "empty", "burn", "assistir", "depois",
])  # fmt: skip
_SENT = frozenset([
    "mensagem", "message", "msg", "recado", "texto", "text",
])  # fmt: skip
_TAKEN_BACK = frozenset([
    "ignora", "ignore", "desconsidera", "desconsidere", "esquece", "esqueca", "disregard", "forget",
])  # fmt: skip
_BESIDE = frozenset([
    "ultima", "last", "previous", "anterior", "antes", "typo", "sorry", "oops", "ops", "opa", "foi", "was", "sem", "querer", "mal", "erro", "engano",
    "errado", "errada", "digitei", "escrevi", "mandei", "enviei", "sent", "wrong", "by", "mistake", "accident", "desculpa", "desculpe", "perdao",
    "s", "era", "outra", "pessoa", "eu", "i",
])  # fmt: skip
_AGAIN = frozenset([
    "repete", "repita", "repetir", "reenvia", "reenvie", "reenviar", "repeat", "resend", "novo", "again",
])  # fmt: skip
_LOST = frozenset([
    "tua", "sua", "your", "me", "manda", "mande", "send", "celular", "telefone", "phone", "computador", "pc", "tela", "screen", "internet", "wifi",
    "luz", "travou", "caiu", "apagou", "sumiu", "fechou", "desligou", "froze", "crashed", "died", "perdi", "perdeu", "lost", "nao", "vi", "li", "ouvi",
    "deu", "tempo", "didn", "t", "didnt", "see", "read", "que", "se", "so", "porque", "pois", "because", "but", "mas",
])  # fmt: skip
_WEARIES = (
    r"(?:rodinha|bolinha|espera|demora|curiosidade|ansiedade|suspense|calor|frio|tedio|sono|fome|saudade|preguica|carregamento|buffering|loading|buffer"
    r"|lag|internet|wifi|conexao|propaganda|anuncio|wait|waiting|heat|boredom|curiosity|hunger|cliffhanger|indecisao|duvida)"
)
"""What wears somebody out and harms nobody. It is itself what "kills": between it and the verb nobody else can stand."""
_THAT = r"(?:ess[ea]|est[ea]|a|o|as|os|tanta|tanto|the|this|that|all this)"
_TRADE = (
    r"(?:professora?|medic[oa]|enfermeir[oa]|advogad[oa]|jornalista|roteirista|escritora?|psicolog[oa]|dev|desenvolvedora?|programadora?|engenheir[oa]|estudante|alun[oa]"
    r"|artista|ator|atriz|cineasta|critic[oa]|designer|analista|pentester|hacker etic[oa]|policial|delegad[oa]|bombeir[oa]|padre|pastora?|juiza?|pesquisadora?|historiadora?|quimic[oa]"
    r"|biolog[oa]|cozinheir[oa]|chef|motorista|administradora?|admin|gerente|diretora?|(?:data |business |security )?analyst|teacher|doctor|nurse|lawyer|journalist|(?:screen)?writer"
    r"|student|developer|engineer|researcher|psychologist|historian|chemist|biologist|cook|driver|moderator|manager)"
)
"""What somebody may say that they are: it makes a message neither better nor worse."""
_THINGS = r"(?:filmes?|series?|animes?|cinema|desenhos?|novelas?|doramas?|pipoca|movies?|films?|shows?|tv|popcorn|cartoons?)"
_GOOD = r"(?:(?:um|uma|meu|minha|meus|minhas|esse|essa|my|a|an|this|these|good|bom|boa|bons|boas) ){0,2}"
_IDIOMS = re.compile(
    rf"\b(?:nao|n) (?:\w+ ){{0,3}}(?:viv[oa]|viver) (?:mais )?sem {_GOOD}{_THINGS}(?: b(?:om|oa|ons|oas))?\b"
    rf"|\b(?:can t|cannot|couldn t|won t|don t want to) live without {_GOOD}{_THINGS}\b"
    rf"|\b(?:disappear|vanish|get lost|drown|escape) (?:in|into) {_GOOD}{_THINGS}\b"
    rf"|\b(?:sumir|desaparecer|me perder|me afogar|mergulhar|fugir) (?:dentro )?(?:de|em|num|numa|n[oa]s?|pra|para) {_GOOD}{_THINGS}\b"
    r"|\b(?:mat(?:a|ar|ando|ou|e)|kill(?:ing)?) (?:o |a |um pouco d[eo] |some |the )?(?:tempo|tedio|saudade|vontade|curiosidade|fome|time|boredom)\b"
    r"|\b(?:morr\w+|mort[oa]s?) de (?:rir|tedio|sono|fome|curiosidade|vontade|saudade|susto|medo|amores|vergonha|cansad\w+)\b"
    rf"|\b{_THAT} {_WEARIES}(?: d[eoa] {_WEARIES})? (?:(?:ja|quase|tambem|sempre|ainda) )?(?:vai|vao|esta|estao) (?:quase )?me mat(?:a|ar|ando|ou)\b"
    rf"|\b{_THAT} {_WEARIES} (?:is |s |are |will |ll |is going to |is gonna |s gonna )(?:slowly |really )?kill(?:ing)? me\b"
    r"|\b(?:como|feito|que nem|like|as)(?: se (?:voce )?fosse)? (?:um |uma |a |an )(?:pirat[ae]s?|bandid[oa]|ninja|vampir[oa]|vampire|bruxa|witch|robo|robot|cowboy|gangster|mafios[oa])\b(?! (?:de|do|site|copy|dvd))"
    r"|\b(?:be|seja) (?:my|meu|minha) (?:movie|film|cinema|tv|series) (?:buddy|friend|pal|guru|sommelier|guide|date|expert|critic|curator|adviser|coach|genie|dj)\b"
    r"|\b(?:bored|scared|tired) to (?:death|tears)\b|\b(?:die|died|dying) (?:laughing|of (?:boredom|laughter|curiosity))\b"
)


_TRADES = re.compile(
    rf"\b(?:(?:eu )?sou|como|i am|i m|as) (?:um |uma |a |an |o |the )?{_TRADE}\b(?: d[ao] (?:conta|familia|casa|grupo|sala|turma)\b){{0,2}}(?: (?:e |and )?(?:eu )?(?:digo|pergunto|acho|i (?:say|ask|think)))?"
)
_OF_HER = re.compile(
    r"\b(?:suas?|seus?|tuas?|teus?|your) (?:proprias? |proprios? |own )?(?:notas?|avaliac\w+|criterios?|regras?|instruc\w+|limites?|gostos?|sentimentos?|humor|memoria"
    r"|ratings?|scores?|reviews?|criteria|rules|instructions|limits|taste|feelings|mood|memory)\b"
)
"""What she has: her ratings, her rules, her taste."""


def asks_of_her(text: str) -> bool:
    """Return whether an unaccented text speaks of how she works: her ratings, her rules, her taste."""
    return _OF_HER.search(text) is not None


def is_order(words: tuple[str, ...]) -> bool:
    """Return whether a message is all of it an order to the player or of one's own list, or takes back a message, or
    asks for hers again."""
    said = frozenset(word for word in words if not word.isdigit() and word.isalnum()) - _WORDS
    if said & _PLAYING and said <= _PLAYING | _PLAYED:
        return True
    if said & _KEPT and said <= _KEPT | _CLEARED:
        return True
    if said & _SENT and said & _AGAIN:
        return said <= _SENT | _AGAIN | _BESIDE | _LOST
    return bool(said & _SENT and said & _TAKEN_BACK) and said <= _SENT | _TAKEN_BACK | _BESIDE


def has(text: str) -> bool:
    """Return whether an unaccented text has a figure of speech."""
    return _IDIOMS.search(text) is not None


def without(text: str) -> str:
    """Return an unaccented text without its figures of speech and without who somebody says that they are."""
    return _TRADES.sub(" ", _IDIOMS.sub(" ", text))
