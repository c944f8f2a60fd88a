"""Questions on what is being watched, in so many words: what was said so far, where a scene is, who said a line.

The models know these intents, and take their many wordings for the facts of a title, its people or the reasons of a
recommendation. What is asked beside a film that is open or was named is decided by these words; a bait for what comes is
decided before (`answers.asks_ahead`).
"""

from __future__ import annotations

import re
from typing import Literal

from bitaca_core.derona import story_forms
from bitaca_core.derona.normalize import Message

Sense = Literal["recap", "scene", "quote", "where", "who"]
_RECAP = re.compile(
    r"\b(?:o que|q) (?:e que |que )?(?:eu |a gente )?(?:ja |tinha |estava |esta )?(?:rolou|rolando|aconteceu|acontecido|acontecia|acontecendo|houve|teve|passou|perdi|perdemos)\b(?!.*\b(?:nos bastidores|no final|no fim|depois)\b)"
    r"|\b(?:esqueci|nao (?:lembro|me lembro|recordo)) (?:\w+ ){0,2}?(?:tudo|nada|historia|que (?:aconteceu|rolou|houve|vi)|comeco|trama|enredo)\b|\b(?:me )?(?:situa|atualiza|poe em dia|bota a par)\b|\b(?:resum\w+|recap\w*|recapitul\w+|refresca\w*|relembr\w+)\b(?! (?:a )?(?:lista|conta|senha))"
    r"|\b(?:o que|que|conta\w*|resum\w+|historia)\b.*\b(?:ate|so ate) (?:aqui|agora|onde (?:eu )?(?:vi|parei|fui|estou|assisti))\b|\b(?:quem fez o que|ate agora quem|do que eu ja vi|nos episodios que (?:eu )?vi|nao entendi (?:nada|essa parte|o que|por que|a historia)|me perdi na historia|estava distraid\w+|(?:fui|estava) (?:ao|no) banheiro|(?:eu )?(?:dormi|cochilei|apaguei)\b.*\b(?:que|conta|resum\w+|situa|meio))"
    r"|\b(?:me )?(?:explica\w*|conta\w*) (?:o que|essa parte|esta parte|a historia|por que|ate)\b|\bo que (?:ele|ela|eles|elas) (?:acabou|acabaram|disse|disseram|falou|falaram)\b(?! (?:sobre|quando))|\b(?:tinha|estava) acontecendo\b"
    r"|\b(?:what (?:s|has|have|had|is)? ?(?:been )?(?:happen\w*|going on)|what did (?:i|we)(?: just)? miss|what was that about|catch (?:me|us) up|remind (?:me|us) (?:what|of|where)|up to speed|so far|story so|sum (?:it )?up|recap|refresh my memory|fell asleep|dozed off|where are we in the story|what just happened|what did (?:he|she|they) just say|lost track)\b"
)
_SOMEBODY = r"(?:ele|ela|eles|elas|esse cara|essa mulher|ess[ae] menin[oa])"
_ANYBODY = r"(?:he|she|they)"
_MADE = r"(?:filmes?|series?|animes?|roteiros?|musicas?|trilhas?|livros?|film|movie|show|series|script|song|score|book|soundtrack|lista|list)"
_SINCE = re.compile(
    r"\bperdi (?:o fio|a meada)|\b(?:estou|fiquei) (?:\w+ )?perdid[oa]\b|\b(?:me perdi|me distrai|i am lost|i m lost|im lost|spaced out|zoned out|(?:cheguei|chegamos) agora|acabei de chegar|just got here)\b"
    r"|\bnao estou entendendo\b|\bem que pe (?:esta|ficou|estava)\b|^(?:espera |pera |ue |nossa )*como assim\b|\bo que foi isso\b|\bo que significa (?:ess|est|aquel|iss|aquil)\w+|\bwhat (?:does|did) (?:this|that) mean\b|\bwhat did (?:he|she|they) mean\b"
    r"|\b(?:me )?(?:lembra|recorda|relembra|lembre|recorde) (?:por que|como|quem|o que|qual|a historia|a trama|onde (?:a historia|eles|elas|ele|ela))\b|\bremind (?:me|us) (?:how|why|who|when)\b"
    rf"|\bo que (?:foi que |e que )?{_SOMEBODY} (?:\w+(?:ou|aram|eu|eram|iu|iram)|quis|quiseram|fez|fizeram|tinha|tinham)\b(?! (?:sobre|quando))"
    rf"|\b(?:do que|de que|por que|com quem) (?:{_SOMEBODY} )?(?:esta|estao|estava|estavam) (?:{_SOMEBODY} |todo mundo |todos )?(?!passando|rolando|tocando|demorando|travando)\w+ndo\b|\bwhat (?:are|is|were|was) {_ANYBODY} \w+ing\b"
    rf"|\bcomo (?:e que |foi que )?{_SOMEBODY} (?:foi|foram|veio|vieram|chegou|chegaram|acabou|acabaram|se conheceram|conseguiu|conseguiram)\b|\bhow did (?:we|{_ANYBODY}) (?:get|end up|meet|wind up)\b"
    rf"|\bqual (?:era|foi) (?:mesmo )?(?:o|a) (?!(?:fala|frase|cena)\b)\w+ (?:dele|dela|deles|delas|que {_SOMEBODY})\b|\bwhat was the (?!(?:line|quote|scene)\b)\w+ {_ANYBODY}\b"
    rf"|\bquem (?:comecou|mandou|escreveu|pegou|roubou|levou|trouxe|quebrou|abriu|chamou|deixou|enviou|ligou) (?:ess[ae]|est[ae]|aquel[ae]) (?!{_MADE}\b)"
    rf"|\bwho (?:sent|started|wrote|took|stole|brought|broke|opened|called|left) (?:that|this) (?!{_MADE}\b)"
    rf"|\b{_SOMEBODY} (?:ja )?nao (?:tinha|tinham|estava|estavam) (?:\w+do|mort[oa]s?|pres[oa]s?|longe)\b"
)
"""What somebody says who lost the thread, or asks of what has just been seen."""
_REPEATS = re.compile(
    r"\b(?:repete|repita|repeat)(?: me)? (?:a |the )?(?:ultima |last )?(?:fala|frase|line|quote)\b"
)
_DOES = re.compile(
    r"\b(?:volt(?:a|e|ar|ando)|atras|tras|retroced\w+|rebobin\w+|pul(?:a|e|ar)|salt(?:a|e|ar)|avanc\w+|adiant\w+|rewind|back|earlier|prev\w*|skip\w*|bot[ae]|poe|coloca|liga|desliga|tira|paus\w+|play\w*|unpause|despausa|continua|toca|mute|resume)\b"
)
"""Words of an order to the player: whoever lost the thread and gives one wants it carried out."""
_WATCHED = re.compile(
    r"\b(?:parei|larguei|ate onde|ja vi|ja tinha|(?:o )?que (?:eu )?(?:ja )?(?:vi|assisti)|comecei|da ultima vez|nao lembro|esqueci|recapitul\w*|refresca\w*|relembr\w*|(?:me )?(?:lembra|recorda)"
    r"|recap|remind|previously|left off|stopped|last time|so far|refresh my memory|before i continue)\b"
)
"""Says that some of it was seen, where nothing is open."""
_PLACE = re.compile(
    r"\b(?:em que|que|qual) (?:minuto|altura|parte|ponto|momento) (?:do filme |desse filme |da historia )?(?:eu |que eu |a gente )?(?:estou|esta|estamos|parei|larguei|fiquei)$|\b(?:estou|estamos) em que (?:parte|minuto|altura|ponto|momento)\b"
    r"|\bquanto (?:tempo )?(?:eu )?ja (?:vi|assisti|passou)\b|\bultim[ao] (?:coisa|cena|parte|minuto) que (?:eu )?(?:vi|assisti)\b|\b(?:what|which) (?:minute|point|part|time|timestamp) (?:am i|are we|did i (?:stop|leave))\b"
    r"|\bhow far (?:in |along |into (?:it|this) )?(?:am i|are we|did i|have i)\b|\blast (?:bit|thing|scene|part|minute) (?:that )?i (?:saw|watched)\b|\bonde (?:foi que |e que )?(?:eu )?(?:dormi|cochilei|apaguei|parei|larguei)\b"
)
"""Asks for the viewer's own place."""
_KIN = r"(?:pai|mae|irma|irmao|filh[oa]|marido|mulher|esposa|namorad[oa]|avo|chefe|amig[oa]|ti[oa]|prim[oa]|noiv[oa]|brother|sister|father|mother|dad|mom|son|daughter|husband|wife|boss|friend|uncle|aunt|cousin)"
_WHO = re.compile(
    rf"^(?:(?:mas|e|ue|espera|wait|so) )*(?:(?:ele|ela|ess[ae]|aquel[ae])(?: \w+)? (?:nao )?e (?:o |a |um |uma )?{_KIN} (?:de|do|da|dele|dela|deles|delas)\b|(?:is|isn t) (?:that|he|she|this)(?: \w+)? (?:his|her|their|the|a) {_KIN}\b)"
)
"""Asks what somebody in the picture is to somebody else."""
_PLOT = re.compile(
    r"^(?:(?:mas|e|ue|gente|pera|ai|espera|nossa|but|wait|so) )*(?:por que (?:diabos )?(?:o|a|os|as|ele|ela|eles|elas|aquele|aquela) (?!(?:filme|serie|anime|lista|primeir\w|segund\w|terceir\w|video|site|app|legenda|som|audio|imagem|player))\w+|why (?:did|does|is|was|are|were|do) (?:he|she|they|the (?!(?:film|movie|show|list|first|second|video|site|app|sound|audio|player))\w+))\b"
)
"""Asks for a reason in the story: beside an open film it is about that film, not about a recommendation."""
_SCENE = re.compile(
    r"\b(?:a |na |aquela |essa |da )hora (?:em que|que|do|da|dos|das|de)\b|\b(?:cena|cenas|parte|momento|trecho|pedaco|scene|part|bit|moment) (?:em que|na qual|que|da|do|das|dos|de|com|onde|quando|where|when|with|of|in which|in the)\b"
    r"|\b(?:em que|em qual|que|qual(?: e)?(?: o)?|which|what) (?:minuto|momento|hora|ponto|altura|trecho|minute|point|timestamp)\b|\b(?:qual|que) (?:e )?a (?:cena|parte)\b|\b(?:tem|ha|teve) (?:uma )(?:cena|parte|hora)\b"
    r"|\b(?:quando|onde) (?:e que |foi que )?(?:(?:ele|ela|eles|elas|alguem|a|o|os|as) )?(?:\w+ ){0,2}?(?:aparece|aparecem|entra|entram|chega|chegam|foge|fogem|canta|cantam|danca|dancam|beija|beijam|briga|brigam|encontra|encontram|cai|caem|sai|saem|descobre|descobrem|volta|voltam|conta|contam|acontece)\b"
    r"|\b(?:when|where) (?:does|do|did|is|was) (?:he|she|they|the (?!(?:film|movie|show|series)\b)\w+)\b|\b(?:aquela|aquele|naquela|naquele) (?:cena|parte|momento|hora|trecho|sequencia)\b|\b(?:sequencia|sequence) (?:d[aoe]s?|em que|of|where)\b"
    r"|\b(?:onde|quando) (?:e )?(?:foi )?(?:que )?(?:eles|elas) se \w+|^(?:o|no) (?:comeco|inicio) d[ao] (?!(?:filme|serie|anime|historia|lista|episodio|temporada|video)\b)\w+|\b(?:that|this|the) (?:\w+ ){1,3}scene\b"
)
_QUOTE = re.compile(
    r"\b(?:(?:a|aquela|essa|uma|qual|da|na|que) (?:frase|fala|citacao)|frases? (?:do|da|de|que|sobre|em)|dialogo (?:do|da|de|que|sobre|em)|the (?:quote|line) (?:about|where|when|with|from|he|she|they)|quote (?:about|from))\b(?! (?:em|no|para o) (?:portugues|ingles|espanhol|frances|alemao|coreano))"
    r"|\b(?:quem|onde|quando|em que (?:hora|momento|parte|minuto)|que hora|em qual parte|procura|acha|who|where|when)\b.{0,30}\b(?:fala|falam|falou|falaram|diz|dizem|disse|disseram|menciona|mencionam|cita|citam|grita|said|says?|mentions?|talks? about)\b"
    r"|\bo que (?:ele|ela|eles|elas|o \w+|a \w+) (?:responde|respondeu|diz|disse|fala|falou|grita|gritou) (?:quando|sobre|para|pro|na|no)\b|\bwhat (?:does|did) (?:he|she|they|the \w+) (?:say|answer|reply|shout)\b"
    r"|\b(?:repete|repita|repeat)(?: me)? (?:a |the )?(?:ultima |last )?(?:fala|frase|line|quote)\b|\b(?:he|she|they|ele|ela|eles|elas) (?:says?|diz|dizem|disse|fala|falam) (?:something|algo|alguma coisa|uma coisa)\b|\b\w+ s (?:line|quote) (?:about|when|where)\b|\bdo they say\b"
)
_JUDGES = re.compile(
    r"\b(?:gostei|adorei|amei|odiei|detestei|curti|chorei|ri muito|chat[oa]s?|chatissim\w+|ruim|pessim\w+|lind[oa]s?|maravilhos\w+|boring|loved|liked|hated|awful|great)\b"
)
_WANTS_AGAIN = re.compile(
    r"\b(?:onde|cade|acha|ache|procura|mostra|volta|rever|rever|de novo|outra vez|me leva|leva|vai|pula|quero|queria|qual|em que|que minuto|find|show|where|go|take|again|back|which|when)\b"
)
_CONTENT = re.compile(
    r"^(?:(?:e|mas|ai|oi) )*(?:esse |essa )?(?:tem|ha|contem|is there|are there|does it have|any) (?:alguma |muita |muitas |a )?(?:cenas?|scenes?|parte) (?:de|com|pos|forte|pesad\w+|of|with)\b"
)
"""Asks what to be ready for, which the age rating's descriptors answer."""
_TRACK = re.compile(
    r"\b(?:legendas?|dublag\w+|dublad\w+|subtitles?|captions?|audio|volume|velocidade|qualidade|tela)\b"
)


_ALLOWS = re.compile(
    r"(?:(?:ah|ok|ta|olha|derona|agora|hoje|por mim|eu|entao|mas|but|and|i) )*(?:pode (?:me )?(?:dar|contar|falar|soltar|mandar)(?: (?:os|um|todos os|com))? spoilers?|pode spoilar|(?:aceito|quero|adoro|amo|gosto de) spoilers?"
    r"|nao (?:ligo|me importo|tenho problema)(?: nem um pouco)? (?:para|com|de) spoilers?|libera (?:os )?spoilers?|com spoilers?|spoilers? liberados?|spoilers? (?:are|is) (?:fine|ok|okay|welcome)|(?:don t|do not) mind spoilers?|(?:you can )?spoil (?:it|me|away)|spoilers? (?:on|please))"
    r"(?: (?:ai|mesmo|sim|por favor|derona|please|para mim|a vontade|pode ser|for me))*"
)
_FORBIDS = re.compile(
    r"(?:(?:ah|ok|ta|olha|derona|agora|hoje|por favor|eu|entao|mas|but|and|please) )*(?:sem spoilers?|nao (?:me )?(?:da|de|conta|conte|quero|solta|solte|fala)(?: (?:nenhum|mais|os))? spoilers?|nada de spoilers?|(?:odeio|detesto) spoilers?|(?:bloqueia|esconde) (?:os )?spoilers?|no(?: more)? spoilers?|(?:don t|do not) (?:spoil|give me spoilers)(?: (?:it|me|anything))?|spoilers? off|without spoilers?|(?:i )?hate spoilers?)"
    r"(?: (?:ai|mesmo|por favor|derona|please|para mim|hein|ta|ok))*"
)


def switch(text: str) -> bool | None:
    """Return whether folded words allow spoilers (True) or forbid them again (False); None where they say neither."""
    if _FORBIDS.fullmatch(text):
        return False
    return True if _ALLOWS.fullmatch(text) else None


def orders(masked: str) -> bool:
    """Return whether folded words hold an order to the player."""
    return _DOES.search(masked) is not None


def asks_where(masked: str) -> bool:
    """Return whether folded words ask for a scene or a line, whatever else they say."""
    return bool(_SCENE.search(masked) or _QUOTE.search(masked))


def repeats(masked: str) -> bool:
    """Return whether folded words ask for the last line again."""
    return _REPEATS.search(masked) is not None


def has_watched(masked: str) -> bool:
    """Return whether folded words say that some of a film was seen, so that a recap of a closed one is meant."""
    return _WATCHED.search(masked) is not None


def sense(message: Message, masked: str) -> Sense | None:
    """Return what of a film's story a message asks for; None where it is about something else."""
    if _PLACE.search(masked) or story_forms.left_off(masked):
        return "where"
    if _WHO.search(masked) or story_forms.who(masked):
        return "who"
    said = story_forms.says(masked)
    if story_forms.quotes(message.raw, masked):
        return "quote"
    if (_TRACK.search(masked) and not said) or _CONTENT.search(masked):
        return None
    if _RECAP.search(masked) or _PLOT.search(masked) or story_forms.bounded(masked):
        return "recap"
    if _JUDGES.search(masked) and not ("?" in message.marks or _WANTS_AGAIN.search(masked)):
        return None
    if said or _QUOTE.search(masked):
        return "quote"
    if _SINCE.search(masked):
        return "recap"
    if _SCENE.search(masked):
        return "scene"
    if story_forms.retells(masked) or story_forms.was_away(masked):
        return "recap"
    found = story_forms.finds(masked) or ("?" in message.marks and story_forms.spots(masked))
    return "scene" if found else None


def wants(masked: str) -> bool:
    """Return whether folded words want a scene or a line in words that speak of nothing else, whatever it is read as."""
    return story_forms.finds(masked) or story_forms.says(masked)
