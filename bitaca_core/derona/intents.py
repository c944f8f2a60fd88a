"""Which of Derona's acts a message asks for: an ordered list of rules over folded words, no scores, no model.

The first rule that fits wins. Titles appear in the text as `titulo0`. What is still open after the rules is a
search when it names anything that a catalogue can answer, else out of scope.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bitaca_core.derona import commands
from bitaca_core.derona.moderation import Verdict
from bitaca_core.derona.normalize import Message
from bitaca_core.derona.slots import Slots

INTENTS = (
    "empty", "too_long", "crisis", "refuse", "abuse", "greet", "bye", "thanks", "help", "identity", "smalltalk",
    "search", "similar", "details", "play", "availability", "continue", "surprise", "refine", "why", "affirm",
    "deny", "feedback", "trouble", "control", "out_of_scope",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """The intent, with what only it needs: a player command, the aspect of a title that is asked for."""

    intent: str
    command: commands.Command | None = None
    aspect: str | None = None


_T = r"titulo\d"
_REF = r"(?:esse|essa|este|isso|desse|dessa|disso|dele|dela|this|that|it|this one|that one)"

_INJECTION = re.compile(
    r"\b(?:ignor\w+|esque[cç]\w+|desconsider\w+|disregard|forget|override|bypass)\b.{0,40}\b(?:instruc\w*|instructions?|prompts?|diretriz\w*|guidelines|programac\w+|programming)\b"
    r"|\b(?:ignor\w+|esque[cç]\w+|desconsider\w+|disregard|forget|override|bypass)\b.{0,20}\b(?:regras|rules|orden?s|orders)\b(?! (?:d[aeo]s?|of|from)\b)"
    r"|\b(?:system prompt|prompt do sistema|seu prompt|your prompt|jailbreak|developer mode|modo desenvolvedor|dan mode)\b"
    r"|\b(?:(?:finja|finge|faz de conta) (?:que (?:voce )?(?:e|nao|tem)\b|ser\b)|aja como|pretend (?:to be|that you|you)|act as|roleplay as|you are now|agora voce e)\b|\b(?:api key|chave de api|drop table|select from|script alert)\b"
)
"""Words that are meant to make something else of her."""
_ASKS_MODE = re.compile(
    r"(?:\w+ ){0,2}(?:tem|existe|ha|is there|have) (?:um |uma |algum |alguma |a |an |any |some )?(?:modo desenvolvedor|developer mode)(?: \w+){0,3}"
)
_HER_CHOICE = re.compile(
    r"\bwhat would you (?:pick|hand|show|recommend|suggest|watch|choose)\b|\bo que (?:voce |tu )?(?:me )?(?:indicaria|recomendaria|sugeriria|mostraria|daria|assistiria|veria)\b"
    r"|^(?:(?:omg|oi|ola|nossa|gente|derona|hey|ok|please|por favor) )*(?:me (?:da|de|manda|indica)|manda|quero|queria|preciso de|give me|i (?:want|need)|need|want) (?:(?:um|uma|o|a|an|one) )*(?:10 (?:10|de 10)|nota (?:10|dez)|dez de dez|ten out of ten|obra prima|masterpiece|filmaco|filmao|perola|banger|classicao)(?: (?:asap|agora|hoje|ja|now|today|tonight|por favor|please|ai))*$"
    r"|^qual (?:e )?o melhor(?: (?:filme|de todos|daqui|aqui|que (?:voces? )?tem|do catalogo))*$|^(?:what is|whats|what s|which is) (?:the )?best(?: (?:one|film|movie|thing|here|of all))*$"
)
"""Leaves the choice to her."""
_OF_FILMS = re.compile(
    r"\b(?:filmes?|series?|animes?|documentarios?|curtas?|desenhos?|cinema|titulo\d|titulos?|cenas?|personage(?:m|ns)|characters?|atores|atriz\w*|trailers?|episodios?|legendas?|player|tv|movies?|films?|shows?|titles?|scenes?|episodes?|cartoons?"
    r"|indi(?:ca|que)\w*|recomend\w*|recommend\w*|suger\w*|suggest\w*|assistir|watch|locadora|video store)\b"
)
"""What speaks of films is answered as that, whatever else is in it: the engine obeys no order, and quotes none."""
_FILMS = re.compile(
    r"\b(?:filmes?|series|animes?|documentarios?|curtas?|titulo\d|trailers?|movies?|films?)\b(?! (?:nao|esta passando|ta passando))"
)
_FILM_OF = re.compile(
    r"\b(?:is there|are there|do you (?:have|know)|got|any|tem|ha|existe\w*|conhece\w*|quero|queria|procuro|me indica|indica|recomenda\w*|recommend|suggest|show me|me mostra) (?:\w+ ){0,2}"
    r"(?:filmes?|series?|animes?|documentarios?|curtas?|movies?|films?|shows?|documentar(?:y|ies)) (?:\w+ )?(?:sobre|about|on|de|com|with|em que|in which|where)\b"
)
_HOUSE = re.compile(
    r"\b(?:minha|sua|a|my|the|your) (?:conta|account)\b|\b(?:minha|a|my) (?:senha|password)\b|\b(?:assinatura|mensalidade|teste gratis|free trial|subscription|cadastro|login)\b|\be (?:pago|gratis|de graca)\b|\bis it (?:free|paid)\b"
    r"|\b(?:traduz\w*|translate) (?:\w+ ){0,2}(?:titulo|sinopse|legenda|title|synopsis|subtitles?)\b"
)
"""The viewer's account here, its price, the site's own texts: how that goes, she can say."""
_SPOILER = re.compile(
    r"\b(?:conta|me conta|fala|diz|qual(?: e)?|como|tell me|what s|whats|what is|how does?)\b.{0,16}\b(?:final|fim|desfecho|ending|acaba|termina|ends?)\b|\bquem (?:morre|e o assassino|matou)\b|\bwho (?:dies|is the killer)\b"
)
_SPOILERS = re.compile(r"\bspoilers?\b")
_ON_SPOILERS = re.compile(
    r"\b(?:por que|como|tem|existe|alguma?|what|why|how|do|does|can|will|is there|voce|te|tu|derona)\b.*\b(?:te|voce|tu|you|derona)\b(?: \w+){0,4} (?:da|dar|conta|contar|solta|soltar|evita|evitar|esconde|esconder|give|avoid|tell|hide|share|giving|telling) (?:\w+ )?spoilers?$"
)
_NO_SPOILERS = re.compile(
    r"\b(?:sem|nada de|chega de|odeio|detesto|evit\w+|ignor\w*|nao (?:aguento|quero|gosto|suporto)|no|without|hate|avoid\w*|ignore|don t (?:want|like)|can t stand)(?: \w+){0,2} spoilers?\b"
)
"""Who wants none of it asks for no ending."""
_TROUBLE = re.compile(
    r"\b(?:video|filme|episodio|player|tela|app|site|pagina) (?:parou|travou|caiu|fechou|sumiu|congelou|apagou)\b|\b(?:travan?\w*|engasg\w+|bug\w*|lagg?\w*|lento|lenta|pixelad\w+|borrad\w+|embacad\w+|buffering|stutter\w*|freez\w+|choppy|blurry|pixelated)\b|\btela (?:preta|branca|verde)\b|\b(?:black|blank) screen\b"
    r"|\b(?:nao|n) (?:carrega|abre|roda|toca|funciona|funfa|vai|inicia|comeca|esta (?:carregando|funcionando|rodando|tocando|abrindo)|consigo (?:ver|assistir|abrir|dar play))\b"
    r"|\b(?:esta|fica|ficou|estou|continua) (?:so )?(?:carregando|sem som|sem audio|sem imagem|mudo|congelad\w+|parad\w+|parando)\b|\bsem (?:som|audio|imagem)$|\b(?:deu|da|dando|apareceu) (?:um )?(?:erro|problema|pau)\b|^erro\b"
    r"|\b(?:imagem|video|som|audio|legenda|player|qualidade)\b.{0,14}\b(?:ruim|pessim\w+|horrivel|atrasad\w+|adiantad\w+|fora|sumiu|cortando|falhando|picotando|caiu|chiando|baix[oa] demais|uma merda|um lixo)\b"
    r"|\b(?:won t|wont|doesn t|doesnt|not|can t|cant|isn t|isnt) (?:load|play|start|work|loading|playing|working|open)\w*\b|\b(?:no sound|no audio|no picture|out of sync|keeps (?:stopping|loading|pausing|crashing)|crash\w*|error)\b"
)
_CONTINUE = re.compile(
    r"\bonde (?:eu )?(?:parei|parou|estava|tinha parado|a gente parou)\b|\b(?:continua\w*|retom\w+) (?:a )?(?:assistindo|vendo|assistir|ver|de onde|o que|meu|minha|aquele|aquela|o filme|a serie|watching|where)\b|\bcontinuar assistindo\b"
    r"|\bultim[oa]s? (?:coisa |filme |serie |video )?que (?:eu )?(?:vi|assisti|estava|parei)\b|\b(?:meu historico|o que eu (?:ja )?(?:vi|assisti|estava vendo))\b|\bwhere (?:did i|i) (?:stop|left|leave)\w*( off)?\b|\bwhere was i\b|\bcontinue watching\b|\bpick up where\b"
    r"|\bwhat was i watching\b|\bmy history\b|\bterminar (?:o|a) (?:filme|serie|que)\b"
)
_SURPRISE = re.compile(
    r"\bsurpreend\w*|\bsurprise me\b|\bsurpresa\b|\b(?:escolh\w+|decid\w+) (?:para mim|por mim|voce|um|uma|tu|ai|algo)\b|\b(?:voce (?:escolhe|decide|que sabe|manda)|you (?:choose|pick|decide))\b|\b(?:tanto faz|sei la|qualquer (?:coisa|um|uma|filme)|aleatori\w+|random|whatever|anything s fine|no idea)\b"
    r"|\bnao sei (?:o )?(?:que )?(?:eu )?(?:quero )?(?:assistir|ver|escolher|assisto|vejo|quero)\b|\b(?:don t|dont|do not) know what (?:to|i)\b|\b(?:pick|choose) (?:something|one|a movie|for me)\b|\b(?:estou )?indecis[oa]\b|\bsem ideia\b|\bjoga (?:a )?roleta\b|\broleta\b|\bestou (?:com tedio|entediad\w+)\b|\bi m bored\b|\bbored\b"
)
_WHY = re.compile(
    r"^(?:mas )?por ?que (?:(?:voce )?(?:me )?(?:indicou|recomendou|sugeriu|escolheu|mostrou|mandou)|"
    + _REF
    + r"|o (?:primeiro|segundo|terceiro))\b|\bpor que (?:esse|essa|desse|dessa)\b|\bwhy (?:this|that|did you|these|those|it)\b|\bqual o motivo\b"
)
_SIMILAR = re.compile(
    r"\b(?:parecid[oa]s?|semelhantes?|similar(?:es)?|igual(?:zinho|zinha)?|iguais|estilo|vibe|pegada|linha|na onda|clima|na mesma|mesmo estilo|mesma vibe|lembra|lembre|lembrem|reminiscent)\b"
    r"|\b(?:tipo|como|feito|que nem|quinem|like|as good as)(?: (?:o|a|os|as|de|do|da|filme|serie|anime|the|movie))* (?:"
    + _T
    + r"|"
    + _REF
    + r")\b"
    r"|\b(?:mais|outros?|outras?|algo|coisas?|more|others?|another|something|anything|one) (?:\w+ )?(?:como|assim|desse tipo|like|do mesmo)\b|\b(?:gostei|adorei|amei|curti|liked|loved|enjoyed)\b.*"
    + _T
    + r".*\b(?:mais|outro|outra|outros|assim|else|similar|next|recomenda|indica|agora|what|quero)\b"
    r"|\b" + _T + r".{0,40}\b(?:outr[oa]s? assim|algo assim|mais assim|o que mais)\b"
)
_DETAIL_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (aspect, re.compile(pattern))
    for aspect, pattern in (
        ("director", r"\bquem (?:dirigiu|dirige|fez|e o diretor|e a diretora|foi o diretor|criou)\b(?! (?:voce|tu))|\b(?:diretor|diretora|direcao|director)\b|\bwho (?:directed|made|is the director|s the director)\b|\bdirigid[oa] por\b|\bde quem e\b"),
        ("cast", r"\bquem (?:atua|faz|trabalha|esta no|participa|dubla|sao os atores)\b|\b(?:elenco|atores|atriz(?:es)?|cast|starring|actors|who s in|who stars)\b"),
        (
            "content",
            r"\b(?:tem|ha|contem|mostra|is there|does it have|any)\b.{0,20}\b(?:violencia|sexo|nudez|drogas?|sangue|palavra\w*|sustos?|cenas?|gatilhos?|violence|sex|nudity|drugs|blood|gore|swearing)\b",
        ),
        (
            "remaining",
            r"\bquanto (?:tempo )?(?:falta|resta)\b|\bfalta (?:muito|quanto)\b|\bhow (?:much|long) (?:is )?(?:left|remaining)\b|\btime left\b",
        ),
        ("duration", r"\bquant(?:o|os) (?:tempo|minutos|dura)\b|\bqual (?:e )?a duracao\b|\bduracao\b|\bdura (?:quanto|muito)\b|\bquanto dura\b|\bhow long (?:is|s|does)\b|\bruntime\b|\be (?:longo|comprido|curto)$"),
        ("age", r"\b(?:classificacao|faixa etaria|censura|idade|age rating|rated|age|appropriate|suitable)\b|\bpode (?:ver |assistir )?(?:com )?(?:crianca|criancas|meu filho|minha filha)\b|\bcriancas? pode\w*\b|\b(?:e|serve|da) para (?:crianca|criancas)\b|\bcan (?:my |a )?(?:kids?|son|daughter|child)\b|\b(?:filh|crianc|sobrinh|net)\w+\b.*\bpode\b|\bok for kids\b|\bgood for kids\b"),
        ("year", r"\b(?:de )?(?:que|qual) ano\b|\bquando (?:foi|saiu|lancou|lancaram|estreou)\b|\bano (?:de )?(?:lancamento|dele|dela)\b|\bwhat year\b|\bwhen (?:was|did|is)\b|\be (?:antigo|velho|novo)$"),
        ("country", r"\b(?:e|foi feito) de onde\b|\bde (?:que|qual) pais\b|\bqual (?:o )?pais\b|\bonde foi (?:feito|filmado)\b|\bwhere is .* from\b|\bwhat country\b|\b(?:e|eh) (?:brasileiro|japones|nacional)$"),
        ("genre", r"\b(?:qual|que) (?:e )?(?:o )?(?:genero|tipo de filme)\b|\bwhat genre\b|\b(?:e|eh) (?:de )?(?:terror|comedia|drama|acao|animacao|romance|suspense)$|\be (?:triste|engracado|assustador|violento|pesado)$|\bis it (?:scary|sad|funny|violent)\b"),
        ("episodes", r"\bquant[oa]s (?:episodios|temporadas|eps|capitulos)\b|\bhow many (?:episodes|seasons)\b"),
        ("synopsis", r"\bsinopse\b|\bsynopsis\b|\bplot\b|\bresumo\b|\bdo que (?:se )?(?:trata|fala)\b|\be sobre o que\b|\bsobre (?:o )?que (?:e|fala)\b|\bsobre o que\b|\bqual (?:e )?a (?:historia|trama)\b|\bwhat (?:is|s) .{0,40}about\b|\bo que acontece\b|\bcomo e (?:esse|essa|o|a|" + _T + r")\b|\bfala (?:sobre|de) o ?que\b"),
    )
)  # fmt: skip
_DETAIL = re.compile(
    r"\b(?:me )?(?:fala|fale|conta|conte|diz|diga|explica|descreve|tell me|describe)(?: (?:me|um|pouco|mais|sobre|do|da|de|o|a|about|more|esse|essa|desse|dessa|filme|serie|isso|the|this))+\b|\b(?:detalhes|details|ficha|informacoes|info|more about|mais sobre|saber (?:mais )?sobre|conhece|know|ja viu|voce viu|have you seen)\b"
    r"|\b(?:e|eh|vale|sera que e|is|presta|e bom|e boa)\b ?(?:"
    + _T
    + r"|esse|essa|it)? ?(?:e )?(?:bom|boa|legal|ruim|a pena|bacana|good|worth\w*|any good|presta)\b"
)
_PLAY = re.compile(
    r"\b(?:assistir|assista|assisto|ver|vamos ver|toca|tocar|toque|coloca|colocar|coloque|bota|botar|bote|poe|por|passa|passar|passe|roda|rodar|rode|abre|abrir|abra|inicia|iniciar|comeca|comecar|manda|solta|da o? ?play|play|watch|put on|start|open|let s (?:watch|see)|put|dar play|reproduz\w*|exibe|continua)\b"
)
_PLAY_ASK = re.compile(
    r"\b(?:da para|posso|consigo|tem como|onde|sera que|voces? tem|tem|teria|ha|disponivel|disponiveis|can i|could i|is there|do you have|have you got|available|where can|existe|cade|passa aqui|esta no catalogo|voces passam)\b"
)
_GREET = re.compile(
    r"^(?:(?:oi|ei|ola|opa|salve|eai|e ai|fala|alo|hey|hi|hello|hola|bom dia|boa tarde|boa noite|good (?:morning|afternoon|evening)|yo|howdy|coe|alou|greetings)\b)"
)
_GREET_REST = re.compile(
    r"\b(?:oi|ola|opa|salve|e ai|fala|alo|hey|hi|hello|hola|bom dia|boa tarde|boa noite|good (?:morning|afternoon|evening)|yo|howdy|coe|alou|there|derona|tudo (?:bem|bom|joia|certo|em cima|beleza|na paz|tranquilo)|beleza|de boa|como (?:vai|voce esta|esta)|gente|galera|amiga|amigo|querida|linda|meu bem|suave|tranquilo|firmeza|how are you|what s up|ai|com voce|voce|por ai|moca|minha|flor|bao|greetings)\b"
)
_BYE = re.compile(
    r"\b(?:tchau|ate (?:mais|logo|amanha|breve|a proxima|depois)|falou|adeus|fui|bye|goodbye|see (?:you|ya)|good night|vou (?:dormir|nessa|embora|indo|sair)|good bye|boa noite e ate|catch you later|farewell|xau|ciao)\b"
)
_THANKS = re.compile(
    r"\b(?:obrigad\w+|valeu|agradec\w+|grat[oa]|thanks?|thank you|thx|ty|cheers|tks|brigad\w+|gratidao)\b"
)
_HELP = re.compile(
    r"^(?:ajuda|help|socorro|menu|comandos|instrucoes|manual|\?)(?: (?:por favor|ai|aqui|please))?$|\b(?:me ajuda|ajude me|pode me ajudar|preciso de ajuda|help me)\b|\bo que (?:que )?(?:voce|da para) (?:faz|sabe|pode|consegue|fazer|sabe fazer|pedir)\b|\bcomo (?:funciona|uso|usar|usa|que usa|mexe|mexo|te uso)\b|\b(?:quais|que) (?:os )?comandos\b"
    r"|\bwhat (?:can|do) you do\b|\bhow (?:does this|do i use|to use|do you) ?(?:work)?\b|\bwhat can i (?:ask|say|do)\b|\bo que (?:eu )?posso (?:pedir|perguntar|falar|fazer)\b|\bestou perdid[oa]\b|\bnao (?:entendi|entendo)\b|\bi don t understand\b|\bdo not understand\b|\bcomo (?:eu )?(?:faco|peco|pesquiso|procuro)\b"
)
_IDENTITY = re.compile(
    r"\bquem (?:e|eh|sois|es) (?:voce|tu|vc)\b|\bvoce e (?:um |uma )?(?:robo|bot|humana?|ia|gente|pessoa|real|de verdade|inteligencia|maquina|mulher|homem|chatgpt|gpt|alexa)\b|\b(?:seu|teu) nome\b|\b(?:quem|qual empresa) te (?:criou|fez|programou)\b|\bquantos anos voce\b|\bo que e (?:voce|a derona|o bitaca|a bitaca|bitaca)\b|\bquem e (?:a )?derona\b"
    r"|\bwho are you\b|\bare you (?:a |an )?(?:bot|robot|human|real|ai|person|chatgpt|machine)\b|\b(?:what s|what is|whats) your name\b|\bwho (?:made|created|built) you\b|\bvoce (?:existe|mora)\b|\bwhat are you\b|\bo que significa (?:bitaca|derona)\b"
)
_SMALLTALK = re.compile(
    r"^(?:(?:e )?(?:ai )?tudo (?:bem|bom|certo|joia|tranquilo)|como (?:voce esta|vai voce|vai|voce vai|foi seu dia|esta)|how are you|how s it going|how is it going|what s up|what is up|sup)(?: (?:com voce|hoje|doing|today|derona|querida))*$|\bpiadas?\b|\bjokes?\b|\b(?:seu|teu|your) (?:filme|anime|serie|diretor|genero|movie|film|fav\w*) ?(?:\w+ )?(?:favorit\w+|preferid\w+|movie|favorite)\b|\bqual (?:filme|anime) voce (?:mais )?(?:gosta|prefere)\b|\bvoce (?:gosta|curte|ama|come|dorme|namora|tem (?:namorad|famili|idade|sentimento))\w*\b"
    r"|\b(?:te amo|amo voce|love you|casa comigo|namora comigo|marry me|adoro voce|voce e (?:\w+ )?(?:linda|fofa|legal|demais|incrivel|top|engracada|inteligente|esperta|maravilhosa|10))\b|\bmorrendo de (?:rir|fome|sono|tedio)\b|\bcanta\b|\bsing\b|\bpipoca\b|\bassist\w+ comigo\b|\bwatch with me\b|\bdo you (?:like|love|eat|sleep)\b|\bfeliz (?:natal|aniversario|ano novo|pascoa)\b|^(?:haha|lol|legal|massa|bacana|top|nossa|uau|wow|cool|nice|show|eita|oxe|vixe|caramba|puxa|serio|really|ok|okay|beleza|entendi|certo|ta|ah|hm+|hum|aham|interessante)(?: (?:ai|demais|hein|mesmo|entao))*$|\bestou (?:com fome|com sono|cansad\w)$"
)
_FEEDBACK = re.compile(
    r"\b(?:nao (?:gostei|curti)|odiei|detestei|gostei|amei|adorei|curti|hated?|loved?|liked|didn t like|didnt like)\b|\b(?:que|filme|serie|recomendac\w+|sugest\w+|indicac\w+|essa|esse|isso|these|this|suggestions?|muito|bem|dica)\b.{0,18}\b(?:ruim|ruins|pessim\w+|horri\w+|chat[oa]s?|fraco|fraca|lixo|merda|bosta|bom|boa|otim\w+|incrive\w+|perfeit\w+|terrible|awful|bad|great|amazing|boring|sem graca|errad\w+)\b|\b(?:nada a ver|nada haver|perfeito|acertou|mandou bem|errou|arrasou)\b|^(?:muito )?(?:ruim|pessimo|horrivel|chato|otimo|bom|excelente|maravilhoso)$"
)
_OUT = re.compile(
    r"\b(?:previsao (?:do|de|para o) tempo|o tempo (?:para )?amanha|como (?:esta|vai estar|fica) o tempo|vai (?:fazer|estar) (?:sol|frio|calor|chovendo)|will it rain|is it raining|forecast"
    r"|(?:jogo|partida|rodada|placar|resultado|score)s? (?:de |da |do |dos |das )?(?:ontem|hoje|amanha|domingo|sabado|brasil|selecao|time|futebol|campeonato|copa|jogo)|quanto (?:foi|ficou|esta|deu) o jogo|que horas (?:e|vai ser|comeca) o jogo|who won|(?:game|match) (?:yesterday|tonight|score)|football scores?"
    r"|quanto (?:esta|vale|e|custa) (?:o |um |a )?(?:dolar|euro|libra|bitcoin|gasolina)|euro hoje|how much is (?:the |a |one )?(?:dollar|euro|pound|bitcoin)|dollar (?:price|rate|exchange)|exchange rate|dolares|cambio"
    r"|como (?:se )?(?:faz|fazer|faco|preparar?|cozinha) (?:um |uma |o |a )?(?:bolo|feijoada|arroz|pao|pudim|brigadeiro|comida|almoco|jantar|lasanha|macarrao|molho)|o que (?:fazer|faco) (?:para|de) (?:o )?(?:almoco|jantar)|how (?:do i|to) (?:make|bake|cook)"
    r"|(?:dever|licao|tarefa|trabalho) (?:de casa|da escola|de (?:matematica|historia|portugues|ciencias|geografia|escola))|equacao|tabuada|my (?:essay|math)|math (?:problem|exercise)|raiz quadrada"
    r"|em quem (?:eu )?(?:voto|votar|devo votar)|(?:voce )?vot(?:a|ou|aria) em|lula|bolsonaro|esquerda ou direita|(?:acha|pensa|opiniao|think) .{0,16}(?:politica|governo|prefeito|senador|deputad[oa]|politics|trump|biden)|who should i vote|vote for"
    r"|que hora (?:e|sao)|horas sao|tem horas|sabe as horas|fuso horario|what s the time|what day is|clima (?:de )?(?:hoje|amanha)|weather|vai chover|chove|temperatura|que horas sao|que dia e hoje|what time is it|presidente|eleic\w+|governador|jogo (?:de )?(?:ontem|hoje|do)|quem ganhou|placar|brasileirao|flamengo|corinthians|palmeiras|dolar|bitcoin|bolsa de valores|cotacao|noticias?|news)\b"
    r"|\b(?:receita|bolo|cozinhar um|recipe|how to cook|codigo|python|javascript|programa[r]? em|write (?:me )?(?:some )?\w* ?code|excel|traduz\w*|translate|redacao|licao de casa|dever de casa|homework|poema|poem|essay|resumo do livro)\b"
    r"|\bquanto (?:e|da|sao) (?:\d+|raiz|a raiz)|\b\d+ (?:mais|vezes|dividido|plus|times|x) \d+\b|\b(?:assinatura|preco|custa|mensalidade|pagar|pagamento|cartao de credito|boleto|pix|subscription|price|cost|pay|refund|reembolso|gratis|de graca|plano|planos|login|senha|password|minha conta|cancelar|cadastro)\b"
    r"|\b(?:torrent|pirata|baixar|download\w*|magnet|netflix|prime video|disney plus|globoplay|crunchyroll|youtube|ingresso|cinema mais perto|medico|remedio|advogado|signo|horoscopo|capital d[aeo]|pizza|ifood|uber|whatsapp|instagram|meus dados|privacidade|privacy|lgpd|my data)\b"
)
_RAINY = re.compile(r"\b(?:chove|chover|chovendo|previsao|rain|raining|forecast|weather)\b")
_WANTS_FILM = re.compile(
    r"\b(?:indi(?:ca|que)|recomend[ae]|sug[ei]r[ae]|quero|queria|recommend|suggest|want)\b.{0,20}\b(?:filmes?|series?|animes?|desenhos?|algo|movies?|films?|something)\b"
)
"""Weather as the occasion for a film, not as the question."""
_MORE = re.compile(
    r"^(?:(?:e|mas|so|tem|ve|manda|mostra|me|da|quero|queria|ver|mostre|show|give|see|me|any|some|um|uma|i want|ai|please|por favor|ok|hm|nao|gostei|curti|desse|dessa|dele|esse|essa|de|nao e|quero ver) )*(?:outr[oa]s?(?: (?:opcoes|opcao|coisa|filme|filmes|sugestao|sugestoes|ai|por favor|diferente|diferentes|serie|series))?|mais(?: (?:um|uma|opcoes|opcao|filmes|sugestoes|alguns|algumas|ai|alguma|por favor|coisas))?|more(?: (?:please|options|like that))?|another(?: one)?|others?|next ones?|something else|anything else|other ones?|other options|diferente|algo diferente|troca|muda)(?: (?:ai|por favor|please|derona|tem))*$"
    r"|\b(?:outr[oa]|outr[oa]s)$|^(?:tem|mostra|manda) mais\b|^so (?:tem )?(?:isso|esses?)\b|^(?:is )?(?:that|this) (?:all|it)$|\b(?:ja (?:vi|assisti|conheco)|seen (?:it|that|this|them|those|these))\b"
)
_REJECT = re.compile(
    r"^(?:(?:nao|n) (?:quero|gostei d|curti) ?(?:ess[ea]|dess[ea]|isso|disso|del[ea])|ess[ea] (?:nao|ai nao)|not (?:this|that|this one|that one)|esses nao)$"
)
_AFFIRM = re.compile(
    r"^(?:sim|isso|pode ser|bora|claro|quero|quero sim|pode|com certeza|beleza|vamos|fechou|por favor|yes|yeah|yep|sure|ok|okay|please do|do it|let s go|aceito|manda|manda ver|manda bala|uhum|aham|demorou|positivo|isso mesmo|pode sim|vai|esse mesmo|fechado|topo|serve|gostei|bora la|sim por favor|go ahead)$"
)
_DENY = re.compile(
    r"^(?:nao|n|nope|no|nada|nem|nenhum|nenhuma|nenhum desses|nenhuma dessas|nenhum deles|nao quero|nao obrigad[oa]|negativo|none|none of (?:these|those|them)|nah|deixa|deixa para la|esquece|never ?mind|nao nao)$"
)
_PLAIN_LIST = re.compile(
    r"\b(?:o que (?:que )?(?:tem|voces? tem|ha|da|posso (?:ver|assistir))|quais (?:filmes|series|animes|titulos|sao os)|lista\w*|catalogo|recomend\w+|indi(?:ca|que|car|cacao|cacoes)|suger\w+|sugest\w+|dicas?|mostr\w+|filmes?|series?|animes?|videos?|curtas?|what do you have|what should i (?:watch|see)|dublad[oa]s?|legendad[oa]s?|dubbed|what s on|what can i watch|what s there|recommend\w*|suggest\w*|show me|movies?|films?|so tem|tem coisas?|coisas? boas?|tem algo|algo (?:bom|legal|bacana|interessante|para (?:ver|assistir))|alguma coisa|something (?:good|nice|to watch)|catalog\w*|quero (?:assistir|ver)|assistir)\b"
)
_ASKS_FOR = re.compile(
    r"^(?:voces? )?(?:tem|teria|ha|do you have|have you got|is there)\b|\b(?:onde (?:assisto|vejo|acho|posso ver))\b"
)
_ASKS_FOR_KIND = re.compile(
    r"\b(?:algo|algum|alguma|alguns|filmes? (?:de|com|sobre|que)|series? (?:de|com|sobre|que)|coisa|any|something|about|sobre|com)\b"
)
_SAME_DIRECTOR = re.compile(
    r"\b(?:mais|outr[oa]s?|algum|more|others?|another|else)\b.{0,20}\b(?:dele|dela|deles|mesm[oa] diretora?|ess[ea] diretora?|dess[ea] diretora?|by (?:him|her|them)|same director)\b"
)
_LIKE_UNKNOWN = re.compile(
    r"\b(?:algo|coisas?|filmes?|series?|animes?|alguma?|something|anything)(?: \w+)? (?:do |no |bem )?(?:tipo|estilo|like) (?!assim|isso|esse|essa|this|that)\w"
)
_HERE = re.compile(
    r"(?:e )?(?:(?:da para|posso|consigo|tem como|can i) (?:ver|assistir|watch)(?: (?:ele|ela|aqui|agora|it|here|now|esse|essa))*|(?:ele )?(?:tem|passa|esta disponivel)(?: ele)? (?:aqui|ai)|is it (?:available|here))"
)
_JUST_PLAY = re.compile(
    r"(?:(?:quero|vou|vamos|pode|bora|da|can i|let s|i want to) )*(?:assistir|ver|toca|tocar|roda|rodar|abre|abrir|coloca|bota|play|watch|start|o? ?play)(?: (?:ele|ela|agora|ai|por favor|entao|it|now))*"
)
_WHICH = re.compile(
    r"\b(?:que|qual) (?:e )?(?:o )?(?:filme|serie|anime|video|curta|desenho) (?:e )?(?:esse|essa|este|isso)\b|\bwhat (?:movie|film|show|anime) is (?:this|it)\b|\bwhat am i watching\b|\bo que (?:e isso|estou (?:vendo|assistindo)|esta passando)\b"
)
_FILM_ABOUT = re.compile(
    r"\b(?:filmes?|series?|animes?|documentarios?|curtas?|movies?|films?) (?:sobre|about|de|com|que)\b"
)
_ONLY = re.compile(
    r"^(?:e|mas|so|agora|and|but|only|just|que|com|sem|de|do|dos|da|das|na|sendo|tambem|without|prefiro|melhor)\b"
)


def classify(
    message: Message, slots: Slots, verdict: Verdict, *, listed: bool, focused: bool, playing: bool
) -> Reading:
    """Return what the message asks for.

    `listed`: titles are on the table; `focused`: one title is being talked about; `playing`: a player is open.
    """
    if message.too_long:
        return Reading("too_long")
    if verdict != "ok":
        return Reading(verdict)
    if not message.words:
        return Reading("smalltalk" if "emoji" in message.marks else "empty")
    if message.laugh:
        return Reading("smalltalk")
    text = slots.masked
    for rule in (_guarded, _social, _player, _titles, _follow_up, _wishes):
        reading = rule(text, message, slots, listed, focused, playing)
        if reading is not None:
            return reading
    return Reading("out_of_scope")


def _guarded(
    text: str, message: Message, slots: Slots, listed: bool, focused: bool, playing: bool
) -> Reading | None:
    if attacks(text, slots):
        return Reading("out_of_scope")
    ahead = (_SPOILER.search(text) and not of_the_house(text)) or (
        _SPOILERS.search(text) and not _NO_SPOILERS.search(text)
    )
    if ahead and not re.search(r"\b(?:filme|filmes|final feliz|happy ending)\b", text):
        return Reading("out_of_scope", aspect="spoiler")
    asked = re.match(r"^(?:quem|qual|quanto|quando|what|who|how much|when)\b", text)
    film = slots.genres or (slots.countries and not asked) or _FILM_ABOUT.search(text)
    if _OUT.search(text) and not film and not (_RAINY.search(text) and _WANTS_FILM.search(text)):
        return Reading("out_of_scope")
    return None


def _social(
    text: str, message: Message, slots: Slots, listed: bool, focused: bool, playing: bool
) -> Reading | None:
    if _CONTINUE.search(text) and not slots.titles:
        return Reading("continue")
    if _IDENTITY.search(text):
        return Reading("identity")
    narrowed = slots.genres or slots.kinds or slots.countries or slots.moods or slots.person or slots.year_max
    if _HELP.search(text) and not narrowed:
        return Reading("help")
    wishful = slots.titles or slots.genres or slots.countries or slots.themes or slots.ordinal
    if _BYE.search(text) and not wishful and len(message.words) <= 9:
        return Reading("bye")
    if _THANKS.search(text) and not wishful and len(message.words) <= 8 and not _MORE.search(text):
        return Reading("thanks")
    if _GREET.search(text) and not slots.wishes and not wishful:
        left = re.sub(r"\s+", " ", _GREET_REST.sub(" ", text)).strip()
        if not left or (len(left.split()) <= 1 and left in ("e", "a", "bem", "ei", "querido")):
            return Reading("greet")
    if _SMALLTALK.search(text) and not slots.titles and not (listed and _AFFIRM.search(text)):
        return Reading("smalltalk")
    return None


def _player(
    text: str, message: Message, slots: Slots, listed: bool, focused: bool, playing: bool
) -> Reading | None:
    if slots.titles:
        return None
    if slots.ordinal and listed and not playing and _PLAY.search(text):
        return None
    command = (commands.pace(message.text) if playing else None) or commands.parse(
        message.text, message.plain
    )
    if focused and not playing and (_JUST_PLAY.fullmatch(text) or (command and command.name == "resume")):
        return Reading("play")
    if command is not None and not (
        command.name == "next" and listed and not playing and "episodio" not in text
    ):
        return Reading("control", command)
    if _TROUBLE.search(text) and not slots.genres:
        return Reading("trouble")
    return None


def _titles(
    text: str, message: Message, slots: Slots, listed: bool, focused: bool, playing: bool
) -> Reading | None:
    named = bool(slots.titles)
    pointed = bool(slots.ordinal and listed) or (slots.reference and (focused or listed or playing))
    if _WHY.search(text):
        return Reading("why")
    if _WHICH.search(text):
        return Reading("details")
    if (focused or playing) and _SAME_DIRECTOR.search(text):
        return Reading("search", aspect="same_director")
    if _LIKE_UNKNOWN.search(text) and not (slots.genres or slots.themes or slots.countries or named):
        return Reading("similar")
    if _SIMILAR.search(text) or (re.match(r"^(?:tipo|like|como) (?!assim)\w", text) and not slots.wishes):
        return Reading("similar")
    aspect = next((name for name, rule in _DETAIL_RULES if rule.search(text)), None)
    if aspect and not named and slots.wishes and text.startswith("e ") and len(message.words) <= 4 and not message.raw.lower().startswith("é"):  # fmt: skip
        aspect = None
    if named:
        return _named(text, slots, aspect)
    if pointed or ((focused or listed or playing) and aspect):
        if slots.compare and re.search(r"\b(?:qual|quais|which)\b", text):
            return Reading("details", aspect="compare")
        if aspect:
            return Reading("details", aspect=aspect)
        if re.search(r"\b(?:da para|posso|consigo|tem como|disponivel|can i|available)\b", text):
            return Reading("availability")
        if _DETAIL.search(text):
            return Reading("details")
        if _REJECT.search(text) or _MORE.search(text):
            return Reading("refine", aspect="more")
        if _FEEDBACK.search(text) and not _PLAY.search(text):
            return Reading("feedback")
        if _PLAY.search(text) or re.search(r"\b(?:bora|vamos|quero|manda)\b", text):
            return Reading("play")
        if slots.ordinal:
            return Reading("refine", aspect="pick")
    if slots.compare and listed and re.search(r"\b(?:qual|quais|which)\b", text):
        return Reading("details", aspect="compare")
    if aspect and not (slots.wishes or slots.text):
        return Reading("details", aspect=aspect)
    if focused and _HERE.fullmatch(text):
        return Reading("availability")
    return None


def _named(text: str, slots: Slots, aspect: str | None) -> Reading:
    bare = re.fullmatch(r"(?:(?:o|a|os|as|filme|serie|anime|the|movie) )*titulo\d", text)
    if bare:
        return Reading("details")
    asked = _PLAY_ASK.search(text)
    if aspect in (
        "age",
        "genre",
        "year",
        "country",
        "director",
        "cast",
        "duration",
        "episodes",
        "synopsis",
        "content",
    ):
        return Reading("details", aspect=aspect)
    if asked and not re.search(r"\b(?:tem|ha) (?:legenda|audio|dublag|continuac)\w*", text):
        return Reading("availability")
    if _DETAIL.search(text):
        return Reading("details", aspect=aspect)
    if _PLAY.search(text):
        return Reading("play")
    if _FEEDBACK.search(text):
        return Reading("feedback")
    if _MORE.search(text):
        return Reading("refine", aspect="more")
    return Reading("details", aspect=aspect)


def _follow_up(
    text: str, message: Message, slots: Slots, listed: bool, focused: bool, playing: bool
) -> Reading | None:
    if _AFFIRM.search(text):
        return Reading("affirm")
    if _DENY.search(text):
        return Reading("deny")
    if _SURPRISE.search(text) and not (slots.genres or slots.kinds or slots.themes):
        return Reading("surprise")
    if listed and (_MORE.search(text) or _REJECT.search(text)):
        return Reading("refine", aspect="more")
    if listed and slots.compare:
        return Reading("refine")
    if (
        listed
        and slots.wishes
        and not slots.text
        and (_ONLY.match(text) or (len(message.words) <= 3 and "?" in message.marks))
    ):
        return Reading("refine")
    if _FEEDBACK.search(text) and not (slots.genres or slots.countries or slots.themes) and not re.search(r"\b(?:quero|queria|tem|indica\w*|recomenda|mostra|algum|alguma|um|uma|dica|want|show|recommend)\b", text):  # fmt: skip
        return Reading("feedback")
    if listed and _MORE.search(text):
        return Reading("refine", aspect="more")
    return None


def _wishes(
    text: str, message: Message, slots: Slots, listed: bool, focused: bool, playing: bool
) -> Reading | None:
    asks = _ASKS_FOR.search(text) and slots.text and not slots.wishes
    if asks and not _ASKS_FOR_KIND.search(text):
        return Reading("availability")
    if slots.wishes or slots.any_genre or slots.compare:
        return Reading("search")
    if _PLAIN_LIST.search(text):
        return Reading("search")
    if re.match(r"^(?:mais|outr[oa]s?|more|another)\b", text):
        return Reading("search")
    if slots.text and re.search(
        r"\b(?:sobre|about|com|with|quero|queria|procuro|tem|want|looking|algo|que tenha|busca\w*|procur\w+|search)\b",
        text,
    ):
        return Reading("search")
    return None


def is_foreign(text: str) -> bool:
    """Return whether a message is clearly about something else than films and the player."""
    return bool(_OUT.search(text)) or _turns_her(text)


def of_films(text: str) -> bool:
    """Return whether a message speaks of films, and of nothing that is clearly of another trade."""
    return bool(_FILMS.search(text)) and not _OUT.search(text) and not _turns_her(text)


def asks_for_film(text: str) -> bool:
    """Return whether a message asks for a film of something, in so many words, whatever else is in it."""
    return bool(_FILM_OF.search(text))


def of_the_house(text: str) -> bool:
    """Return whether a message speaks of the viewer's account, its price, or the site's own texts."""
    return bool(_HOUSE.search(text))


def _turns_her(text: str) -> bool:
    """Return whether words are meant to make something else of her; a question after a mode of the site's is not."""
    return bool(_INJECTION.search(text)) and not _ASKS_MODE.fullmatch(text)


def asks_of_spoilers(text: str) -> bool:
    """Return whether a message asks whether or why she gives away what comes, not what it is."""
    return bool(_ON_SPOILERS.search(text))


def asks_her_choice(text: str) -> bool:
    """Return whether a message leaves the choice to her, whoever she is to play."""
    return bool(_HER_CHOICE.search(text))


def attacks(text: str, slots: Slots) -> bool:
    """Return whether a message only tries to turn Derona into something else, and asks for no film beside it."""
    return _turns_her(text) and not slots.wishes and not _OF_FILMS.search(text)


def detail_of(text: str) -> str | None:
    """Return which fact of a title is asked for, None for the whole."""
    return next(
        (name for name, rule in _DETAIL_RULES if rule.search(text) and name not in ("director", "cast")), None
    )
