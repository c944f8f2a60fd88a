"""Forms of questions on the story of a film, beside the words of `scening`: built of kinds of words, not of whole phrases.

A question for one's place joins a verb of leaving off with a unit ("parei", "minuto"); a recap is asked by somebody who was
away, or of what is so already; a line by a verb of saying and a question; a scene by words that place it, beside words that
tell it.
"""

from __future__ import annotations

import re

from bitaca_core.catalogue.normalize import fold

_UNIT = r"(?:eps?|episodios?|capitulos?|temporadas?|minutos?|parte|ponto|altura|numero|timestamp|episodes?|seasons?|minutes?|point|part|number|chapters?)"
_ASKS = r"(?:onde|qual|quais|que|quanto|ate onde|where|what|which|how far|how much)"
_LEFT = (
    r"(?:(?:eu |a gente |nos )?(?:parei|paramos|larguei|largamos|fechei|fechamos|interrompi|interrompemos|abandonei|abandonamos|desisti|pausei|pausamos|cochilei|apaguei)"
    r"|(?:eu |a gente |nos )?(?:tinha|tinhamos|havia) (?:parado|comecado|largado|deixado|visto|ido)"
    r"|(?:i|we) (?:\w+ )?(?:bailed|left|leave|stop|quit|pause|stopped|gave up|abandoned|paused|dropped|closed|fell asleep)(?: off| hanging)?)"
)
_THEY = r"(?:(?:minh[ao]s?|meus?|noss[ao]s?|as|os|a|o) (?:filh\w+|crianc\w+|turma|marido|mulher|esposa|mae|pai|irma\w*|namorad\w+|familia|tv|internet|luz|celular|aplicativo|app|wifi|net|galera|gente|pequen\w+)|titulo\d+)"
_THEY_LEFT = r"(?:par(?:ou|aram)|viu|viram|larg(?:ou|aram)|interromp(?:eu|eram)|deslig(?:ou|aram)|caiu|ficou|dorm(?:iu|iram)|fech(?:ou|aram)|travou)"
_PLACE = re.compile(
    rf"\b{_ASKS}\b.*\b{_UNIT}\b.*\b{_LEFT}\b|\b{_LEFT}\b.*\b(?:{_ASKS} (?:\w+ )?{_UNIT}|onde|where|{_UNIT}$)|\b{_UNIT}\b (?:\w+ ){{0,4}}?(?:que |em que |where |that )?{_LEFT}\b"
    rf"|\b{_THEY} (?:\w+ ){{0,6}}?{_THEY_LEFT}\b.*\b(?:onde|(?:em |ate )?(?:que|qual)(?: e)?(?: o| a)? {_UNIT})\b|\b(?:em |ate )(?:que|qual) {_UNIT} (?:ficou|parou)\b(?! (?:a|o|as|os|ele|ela)\b)"
    rf"|\b{_UNIT} (?:em )?que {_THEY} (?:\w+ ){{0,2}}?{_THEY_LEFT}\b"
    r"|\bultim[oa]s? (?:coisa|cena|parte|minuto|ep|episodio|capitulo)s? (?:\w+ ){0,4}?que (?:eu |a gente |nos )?(?:vi|vimos|assisti|assistimos|viu)\b|^(?:the |my |meu |o |a )?(?:last|ultim[oa]) (?:timestamp|position|posicao|minuto|minute)$"
    r"|\b(?:terminei|terminamos|acabei|(?:have|did) i finish\w*|i finished)\b.*\b(?:metade|still|part ?way|half ?way|not finished)\b"
    rf"|^(?:eu |acho que )*(?:estava|tava) (?:n[oa]s?|em|vendo)\b.*\b(?:qual|que) (?:e |era )?(?:o |a )?{_UNIT}\b"
    rf"|\b(?:was|were) (?:it|i|we)\b.*\b(?:into|through|in)\b.*\b{_LEFT}\b"
)
"""Where somebody of the house left off."""

_UP_TO = re.compile(
    r"\bate (?:est[ea]|ess[ea]|o|a|meu|minha|aqui) ?(?:presente |exat[oa] |mesmo )?(?:minuto|momento|ponto|pedaco|parte|ep|episodio|cena)\b(?! (?:final|do fim|d[ao]s? (?!agora)))|\bate onde (?:eu )?(?:estou|vi|parei|assisti)\b|\bate agora\b"
    r"|\b(?:up to|up till|until|till) (?:here|now|this point|my point)\b|\bat this point\b|\bwe know of\b"
)
"""Bounds what is told by the place reached."""
_RETELL = re.compile(
    r"\b(?:sintetiz\w+|contextualiz\w+|previously(?: on)?|catch ?up|refresher|summari[sz]e|rundown)\b|\bme (?:localiza|situa|atualiza)\b|\b(?:conta|conte|contar|explica|explique)\w* (?:\w+ ){0,3}?(?:historia|trama|enredo|desde o comeco|em ordem)\b"
    r"|\b(?:me )?(?:re)?lembra\w* (?:d?[oa] )(?:ep|episodio|capitulo) (?:anterior|passado|de antes)\b|\bforgot (?:everything|tudo|it all|all of it|what)\b|\besqueci tudo\b|\bperdi alguma coisa\b|\bdid i miss anything\b"
)
_AWAY = re.compile(
    r"\b(?:estava|fui|voltei|sai|atendi|was|went|been|tava) (?:\w+ )?(?:n[oa]|a[o]?|d[oa]|on the|in the|at the|to the|para [oa]) ?(?:banho|banheiro|cozinha|telefone|celular|porta|varanda|phone|bathroom|kitchen|toilet|loo|door)\b"
    r"|\b(?:bathroom|phone|toilet|snack|loo) break\b|\b(?:pisquei|cochilei|peguei no sono|me distrai)\b|^voltei(?= e ai\b| o que\b|$)|\bnao (?:ouvi|vi|escutei|prestei atencao em) nada\b|\b(?:ran|walked|stepped|wandered|nodded) (?:off|out|away)\b"
    r"|\b(?:faz|tem) \d+ (?:dias?|semanas?|mes|meses|anos?) que (?:eu )?nao (?:vejo|assisto)\b|\b(?:been|it s been) (?:ages|a while|weeks|months|forever)\b"
)
"""Says that somebody was away from a film."""
_EVENT = r"(?:sabe|sabem|descobri\w+|teve|tiveram|apareceu|apareceram|contou|contaram|desceu|desceram|esta|estao|brig\w+|morreu|morreram|acabou|entrou|entraram|saiu|sairam|casou|casaram|fez|fizeram|matou|encontr\w+|consegui\w+|perdeu|perderam)"
_ALREADY = re.compile(
    rf"\b(?:quem|quantos|quantas|quais|qual|o que) (?:\w+ ){{0,6}}?ja {_EVENT}\b|\b(?:ele|ela|eles|elas|ess[ea] \w+|[oa] \w+) ja (?:\w+ )?{_EVENT}\b(?! (?:disponivel|dublad|legendad|no catalogo|aqui|em))|\be ja {_EVENT}\b|\bja {_EVENT} (?:a historia|o \w+ d[oa])\b"
    r"|\b(?:has|have) (?:he|she|they|the \w+|anyone) (?:already )?(?:found|died|told|left|met|married|escaped|learned|figured)\b|\bwho (?:s|has|have) been \w+|\bwho (?:just )?(?:passed|won|lost|survived|escaped|left|got|has got|s got) (?!the (?:oscar|award|prize))|\bwho s (?:out|dead|alive|the villain)\b"
    r"|\bquem (?:\w+ )?acabou de\b|\b(?:esta|estao|e|sao) (?:mort[oa]s?|viv[oa]s?|sonho|acordad[oa]s?|pres[oa]s?|sonhando) ou\b|\bis (?:he|she|it|this) (?:dead|alive|a dream|real) or\b"
    r"|\bque (?:confusao|historia|treta|bagunca|conversa|papo|negocio) e (?:essa|esse)\b|\bwhat (?:is|are|was|were|s) .{3,40} again\b(?! (?:please|that scene))"
)
"""Asks what is so in the story by now."""
_NO_FILM = r"(?!(?:filmes?|series?|animes?|listas?|videos?|sites?|apps?|legendas?|som|audio|imagem|player|episodio|primeir\w|segund\w|terceir\w|movies?|films?|shows?|list|first|second|sound|tela|screen|titulo)\b)"
_REASON = re.compile(
    rf"\b(?:e|but|and|mas|on|wait) (?:por que|why) (?:[oa]s?|ess[ea]|est[ea]|aquel[ea]|is the|are the|was the|does the|did the|the) {_NO_FILM}\w+|\b(?:know|wonders?|wants to know|saber|entendi|entendeu) (?:por que|why) (?:[oa]s?|the|ele|ela|he|she) {_NO_FILM}\w+"
    r"|\bcomo (?:e )?(?:que )?(?:foi que )?(?:ele|ela|eles|elas) (?:\w+(?:ou|aram|iram|eram)|\w{2,}(?:eu|iu)|fez|fizeram)\b"
)
_SPEAKS = r"(?:falou|fala|falam|disse|diz|dizem|cochich\w+|sussurr\w+|berr\w+|grit\w+|declam\w+|respond\w+|recit\w+|enuncia\w*|resmung\w+|murmur\w+|escreveu|says?|said|whisper\w*|yell\w*|shout\w*|mutter\w*|recites?|snaps)"
_SAID = re.compile(
    rf"\bo que (?:e que |foi que )?(?:ele|ela|eles|elas|[oa] \w+) (?!falam|dizem){_SPEAKS}\b(?! (?:sobre|d[eoa]s?|dess\w|ness\w))|\bfoi (?:\w+ ){{1,3}}que {_SPEAKS}\b|\b(?:quem|who) (?:foi que )?(?!escreveu){_SPEAKS}\b|\b(?:ele|ela|[oa] \w+|somebody|alguem|someone|he|she) {_SPEAKS} (?:o que|algo|quanto|something|tipo)\b"
    r"|\b(?:palavras|texto|frase|fala|wording|words|dialogo|monologo|discurso|speech) (?:exat\w+|cert\w+|complet\w+|inteir\w+|dele|dela)\b(?! da sinopse)|\bexact (?:words|wording|line|quote)\b|\bcom que palavras\b|\b(?:last|first|famous) line (?:of|in|from)\b|\bessa (?:fala|frase)\b|\bmonologo d"
    rf"|\b{_SPEAKS} o que$|\b(?:em que|que|qual) (?:minuto|momento|hora|pedaco|altura|parte) .*\b{_SPEAKS}\b|\b{_SPEAKS} (?:\w+ ){{0,6}}?(?:em que|que) (?:minuto|momento|hora|pedaco|altura|parte)\b|\bprimeira vez que (?:\w+ ){{1,3}}?{_SPEAKS}\b|\b(?:no filme|na historia|no livro|ele|ela) escreve\w* .*\?"
)
"""Asks for words that somebody in the film says."""
_FIND = re.compile(
    r"\b(?:localiza\w*|minutagem|timestamp|marcacao exata|cade (?:isso|ess[ea]|aquel[ea])|(?:me )?leva (?:la|ate)|(?:go|back|right) there|take me|skip me|put me|locate|(?:me )?manda diret[oa]|bota ness[ea]|(?:quero|queria|quer) (?:rever|ver (?:so isso|de novo|outra vez))|(?:find|show) (?:me|us) (?:where|when)|(?:wanna|want to|let me|need to) (?:re)?(?:see|watch) (?:\w+ ){1,6}(?:again|once more)"
    r"|need (?:that|it|this) again|falt\w+ (?:muito )?para chegar|mais para (?:a )?frente|ahead or behind|(?:did|have) i (?:already )?pass(?:ed)?|already pass(?:ed)?|coming up|quando (?:e que )?(?:mostra\w*|se ve|vemos|caem)|when do (?:we|you) (?:see|hear|get)|how far in|first half hour|(?:me diz|need|give me) (?:o |the )?(?:tempo|time|minuto|minute)|queria (?:printar|mostrar|gravar)|(?<!de )(?<!por )(?<!ate )(?<!para )onde$)"
)
"""Wants a scene found or shown, in words that speak of nothing else."""
_SPOT = re.compile(
    r"\b(?:quanto tempo (?:de filme|falta)$|ja (?:passou|chegou|rolou)|(?:e|fica) (?:la )?(?:(?:no|pelo|o|n) )?(?:final|finalzinho|fim|comeco|comecinho|inicio)|logo no (?:comeco|inicio|comecinho)|no (?:comecinho|finalzinho)|nos primeiros (?:\w+ )?minutos|(?:at|near) the (?:start|beginning|end)|a partir de onde|minuto$|(?<!de )(?<!ate )quando$|where$|when$|sabe$|lembra$)\b"
)
"""Places what is told beside it, in a question."""
_OF_FACTS = re.compile(
    r"\b(?:catalogo|sinopse|ator|atriz|atores|disponivel|criancas?|dura|legendas?|catalog|synopsis|actor|actress|subtitles?)\b"
)
"""Speaks of what the catalogue knows of a film."""
_OF_MAKERS = re.compile(
    r"\b(?:diretor\w*|director|elenco|cast|ator|atriz|atores|atrizes|actors?|actress|nome d[aeo]|name of)\b|\bquant[ao]s (?:temporadas?|episodios?)\b"
    r"|\b(?:episodios?|temporadas?|episodes?|seasons?) (?:\w+ ){0,2}?(?:ja )?sa(?:iu|iram)\b|\b(?:fez|fizeram|dirigiu|made|directed) (?:\w+ )?(?:filmes?|films?|movies?|comedias?|series?)\b"
)
"""Speaks of who made a film, and of how much of it there is."""
_TELLS_MIN = 4
"""Words besides, from which a message tells a scene."""
_DOING = re.compile(
    r"^(?:(?:os?|as?|the|uns|umas?|aquel[ea]s?|ess[ea]s?|those|that|this) )(?!(?:legenda|legendas|imagem|video|som|audio|internet|filme|tela|player|voz|musica|app|site|serie|episodio|sound|picture|subtitles?|screen|movie|film)\b)\w+ (?:(?!esta\b|estao\b|fica\b|is\b|are\b|s\b)\w+ ){0,3}?(?:\w{2,}[aei]ndo|\w{3,}ing)\b"
)
"""Names somebody by what they do: "os tubarões fazendo reunião"."""
_KIN = r"(?:parentes?|chefe|don[oa]|irma|irmao|pai|mae|filh[oa]|amig[oa]s?|inimig[oa]|vila|vilao|capanga|namorad[oa]|marido|mulher|esposa|patrao|patroa|policial|bandido|conhecid[oa]|her(?:oi|o)|friend|foe|brother|sister|father|mother|boss|villain|cop)"
_WHO = re.compile(
    rf"\b(?!titulo)\w+ e (?:(?:o|a|um|uma|so) )?{_KIN}\b.*\bou\b|\b(?:sao|e) a mesma pessoa\b|\bwhich one is (?!(?:better|longer|shorter|best|good|funny|funnier|scary|scarier|sad|sadder|short|long|new|newer|old|older|free|dubbed|available|lighter|worth|more|less)\b)\w+|\bqual (?:e|era) a d(?:ele|ela|ess[ea])\b|\bfriend or foe\b|\bthe same person\b|\bdo we know (?:of|about) (?:him|her)\b"
)
_QUOTED = re.compile(r"[\"“«]([^\"“”«»]{8,200})[\"”»]")
_QUOTED_WORDS, _SEEN = 3, 8
"""Words that are more than a name, and letters by which they are known again where names are masked."""
_SAYING = re.compile(
    rf"\b(?:fala|frase|line|quote|{_SPEAKS}|quem|onde|quando|who|where|when|minuto|minute|ahead|behind|hora|scene|cena|spoken|dublad\w+)\b"
)


def left_off(masked: str) -> bool:
    """Return whether folded words ask where somebody of the house left off."""
    return _PLACE.search(masked) is not None


def who(masked: str) -> bool:
    """Return whether folded words ask what somebody in a film is to others."""
    return _WHO.search(masked) is not None and not _OF_MAKERS.search(masked)


def bounded(masked: str) -> bool:
    """Return whether folded words bound what is to be told by the place reached."""
    return _UP_TO.search(masked) is not None


def retells(masked: str) -> bool:
    """Return whether folded words ask what is so in the story by now."""
    if _UP_TO.search(masked) or _RETELL.search(masked):
        return True
    return bool(_ALREADY.search(masked) or _REASON.search(masked)) and not _OF_MAKERS.search(masked)


def was_away(masked: str) -> bool:
    """Return whether folded words come from somebody who was away, and may want to hear what was missed."""
    return _AWAY.search(masked) is not None


def says(masked: str) -> bool:
    """Return whether folded words ask for words that somebody in a film says."""
    return _SAID.search(masked) is not None


def quotes(raw: str, masked: str) -> bool:
    """Return whether a message as typed has a line in quotation marks, and asks of it; a title there is no line."""
    found = _QUOTED.search(raw)
    if found is None or len(found[1].split()) < _QUOTED_WORDS or fold(found[1])[:_SEEN] not in masked:
        return False
    return _SAYING.search(masked) is not None


def finds(masked: str) -> bool:
    """Return whether folded words want a scene found that they tell."""
    return _tells(_FIND, masked)


def spots(masked: str) -> bool:
    """Return whether folded words tell something and ask where it stands."""
    return _tells(_SPOT, masked)


def shows(masked: str) -> bool:
    """Return whether folded words name somebody by what they do, and ask nothing."""
    return _DOING.search(masked) is not None and not _OF_MAKERS.search(masked)


def _tells(pattern: re.Pattern[str], masked: str) -> bool:
    found = pattern.search(masked) if not _OF_FACTS.search(masked) else None
    return found is not None and len(masked.split()) - len(found[0].split()) >= _TELLS_MIN
