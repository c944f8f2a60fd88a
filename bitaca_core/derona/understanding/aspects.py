"""The finer sense of an intent: which of the things that it may ask for."""

from __future__ import annotations

import re

_RULES: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    intent: tuple((aspect, re.compile(pattern)) for aspect, pattern in rules)
    for intent, rules in {
        "resume": (
            ("recap", r"\b(?:aconteceu|acontecendo|rolou|rolando|recap\w*|resum\w+|perdi|relembra\w*|refresca|lembra o que|lembro o que|atualiza|so far|happened|miss(?:ed)?|catch me up|up to speed|remind me what|remind me of|refresh|story so|ate (?:aqui|agora|onde))\b"),
            ("where", r"\b(?:onde (?:eu |a gente |nos )?(?:parei|paramos|parou|estava|estavamos|tinha|fiquei)|em que (?:parte|ponto|minuto|episodio|ep|momento)|que (?:minuto|episodio|ep|parte)|qual (?:episodio|ep|minuto|parte)|ate (?:onde|que parte)|where (?:did|was|were|am)|what (?:episode|minute|part)|which (?:episode|part|minute)|how far)\b(?!.*\b(?:continua|continuar|volta|retoma|resume|pick|continue|go back|play|bota|poe|toca)\b)"),
        ),
        "scene_search": (("quote", r"\b(?:frase|fala|falam|falou|diz|dizem|disse|dialogo|citacao|quote|line|says?|said|palavras?|words?)\b"), ("scene", r"")),
        "watchlist": (
            ("remove", r"\b(?:tira\w*|remov\w+|apaga\w*|exclu\w+|deleta\w*|retira\w*|desfavorita\w*|limpa\w*|esvazia\w*|zera\w*|desmarca\w*|errado|remove|delete|drop|unsave|clear|empty|scratch|cross|off (?:my|the)|take)\b"),
            ("show", r"\b(?:mostra\w*|quais|quantos|o que (?:tem|esta|eu|ha|tenho)|que (?:eu )?(?:salvei|guardei|favoritei)|abre|abrir|cade|ver (?:a )?minha|minha lista$|minha watchlist$|meus (?:salvos|favoritos)|show|see|open|what|which|how many|view|is .* on my)\b"),
            ("add", r""),
        ),
        "history_privacy": (
            ("delete_account", r"\b(?:(?:apag|exclu|delet|encerr|fech|cancel|remov|elimin)\w+ (?:a |minha |definitiva da minha )*conta|(?:delete|close|remove|erase|deactivate) my account|nao quero mais ter conta|sumir daqui)\b"),
            ("export", r"\b(?:export\w*|baixar? (?:os )?meus dados|download my|copia d|copy of my|me manda meus dados|quero meus dados|send me my data|request my data)\b"),
            ("clear", r"\b(?:limp\w+|apag\w+|exclu\w+|delet\w+|zera\w*|some com|esquec\w+|reset\w*|clear|erase|wipe|forget|remov\w+|tira\w*|elimin\w+|hide|start fresh)\b"),
            ("show", r"\b(?:(?:mostra|ver|abre|quero ver|cade|show|see|view) .*historico|meu historico$|historico$|my (?:watch )?history$|o que eu ja (?:vi|assisti)|o que (?:eu )?(?:vi|assisti)|quantos filmes|what (?:have i|did i|i ve) watch\w*|quais filmes eu)\b"),
            ("info", r""),
        ),
        "feedback": (
            ("assistant_bad", r"\b(?:(?:sua |suas |essa |que |tua )?(?:dica|indicac\w+|sugest\w+|recomendac\w+|recommendations?|suggestions?|picks?|call) .*(?:ruim|ruins|pessim\w+|horri\w+|fraca|lixo|nada a ver|bad|terrible|awful|wrong|off)|(?:bad|terrible|awful|poor|wrong|weird) (?:picks?|suggestions?|recommendations?|calls?|choices?)|errou|passou longe|nada (?:a|haver)(?: a)? ver|nao era (?:isso|bem isso)|not what i (?:asked|wanted)|you (?:missed|got it wrong)|bola fora|viajou|way off)\b"),
            ("assistant_good", r"\b(?:(?:boa|otima|bela|excelente|melhor|que|adorei a|amei a|great|good|nice|perfect|excellent|awesome|love the) (?:dica|indicac\w+|sugest\w+|recomendac\w+|pick|suggestion|recommendation|call|choice)|acertou|acertaste|mandou (?:muito )?bem|arrasou|na mosca|nailed|spot on|bullseye|on point|you (?:get|know) me|voce me conhece|bola dentro|caprichou)\b"),
            ("seen", r"\b(?:ja (?:vi|assisti|tinha visto|conheco)|marca\w* (?:como|que)|visto$|assistido$|seen|watched|saw|mark (?:it|this|as|that)|eu vi|vi (?:esse|essa|o|a)|assisti)\b(?!.*\b(?:gostei|amei|adorei|odiei|detestei|chato|ruim|bom|lindo|loved|hated|liked|boring|great)\b)"),
            ("dislike", r"\b(?:nao (?:gostei|curti|gosto|curto|suporto|quero|recomendo|me interessa|aguento|tolero)|odi\w+|detest\w+|ruim|ruins|pessim\w+|horri\w+|chat[oa]s?|chatissim\w+|fraco|fraquinho|lixo|tedios\w+|sem graca|perda de tempo|perdi|decepcion\w+|superestimad\w+|dormi|deslike|dislike\w*|descurt\w+|hate\w*|didn t like|don t like|boring|bored|bad|awful|terrible|horrible|worst|sucked|lame|overrated|disappoint\w+|waste|can t stand|not (?:a fan|for me|my)|never (?:show|recommend)|stop (?:recommending|suggesting|showing)|thumbs down|one star|meia boca|enjoei|cansei|para de)\b"),
            ("like", r""),
        ),
        "cast": (
            ("director", r"\b(?:dirig\w+|diretor\w*|direcao|direct\w+|de quem e|whose (?:film|movie)|quem fez (?:esse|essa|o|a)|who made)\b"),
            ("filmography", r"\b(?:filmografia|filmography|outros filmes|que (?:outros )?filmes|quais filmes|o que mais|what else|other (?:films|movies)|which (?:films|movies)|ja fez|trabalhou em|esta em quais)\b"),
            ("cast", r""),
        ),
        "play": (
            ("trailer", r"\b(?:trailers?|teasers?|previa)\b"),
            ("scene", r"\b(?:na cena|a cena|na parte|a parte|scene|the part|the bit)\b"),
            ("episode", r"\b(?:episodio|ep|eps|episode|temporada|season|piloto|pilot|t\d+ ?e\d+|s\d+ ?e\d+)\b"),
        ),
        "small_talk": (
            ("joke", r"\b(?:piadas?|charadas?|jokes?|me faz rir|make me laugh)\b"),
            ("identity", r"\b(?:quem (?:e|es) (?:voce|tu)|voce e (?:um |uma )?(?:robo|bot|humana?|ia|gente|pessoa|real|maquina)|seu nome|teu nome|who are you|what are you|are you (?:a |an )?(?:bot|robot|human|real|ai|person)|your name|te (?:criou|fez|programou)|made you|created you|derona\b.*\bsignifica|por que derona)\b"),
            ("favorite", r"\b(?:favorit\w+|favourite|preferid\w+|voce (?:mais )?(?:gosta|prefere)|do you like)\b"),
            ("love", r"\b(?:te amo|amo voce|te adoro|adoro voce|casa comigo|namora comigo|love you|marry me|voce e (?:linda|fofa|demais|incrivel))\b"),
        ),
        "refine": (
            ("undo", r"^(?:nao )?(?:volta|voltar|volte|desfaz\w*|desfazer|undo|go back|back|volta (?:atras|como estava|para (?:a )?lista(?: anterior)?|o anterior|a anterior)|como (?:estava|era) antes|(?:a |the )?(?:lista )?anterior|previous(?: (?:list|ones|results))?|undo (?:that|it)|desfaz isso|retrocede|cancela (?:isso|esse pedido|o ultimo filtro)|revert)(?: (?:isso|ai|por favor|please|derona|that|it))*$|\b(?:volta como (?:estava|era)|volta para (?:a )?(?:lista|busca|pesquisa) (?:anterior|de antes)|desfaz (?:o|esse|isso)|tira (?:o|esse) ultimo filtro|undo (?:that|the)|like before|como (?:estava|era) antes)\b"),
        ),
    }.items()
}  # fmt: skip


def aspect_of(intent: str, text: str) -> str | None:
    """Return the finer sense of `text` (folded words), None when the intent has none or says none."""
    return next((aspect for aspect, pattern in _RULES.get(intent, ()) if pattern.search(text)), None)
