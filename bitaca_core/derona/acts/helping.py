"""How something is done on this site, and small talk. Each answer names what is really there."""

from __future__ import annotations

import re

from bitaca_core.derona.acts.own import links
from bitaca_core.derona.context import Outcome, Turn
from bitaca_core.derona.shelf import Shelf

TOPICS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (r"\bspoilers?\b", "spoiler", ()),
    (r"\b(?:atalhos?|teclas?|teclado|keyboard|shortcuts?|hotkeys?)\b", "help_keys", ()),
    (r"\b(?:controle dos pais|parental|pin|criancas?|filh[oa]s?|kids?|child\w*|restri\w+|bloque\w+|limit\w+|classificacao)\b", "help_limits", ("limits",)),
    (r"\b(?:legendas?|subtitles?|captions?|subs)\b", "help_subtitles", ()),
    (r"\b(?:audio|dublad\w+|dublagem|idiomas?|linguas?|languages?|dub\w*)\b", "help_audio", ()),
    (r"\b(?:qualidade|resolucao|quality|resolution|4k|hd|dados moveis|economiz\w+|save data)\b", "help_quality", ()),
    (r"\b(?:velocidade|speed|acelera\w*|mais rapido|faster)\b", "help_speed", ()),
    (r"\b(?:tela cheia|full ?screen|janela flutuante|pip|picture in picture)\b", "help_fullscreen", ()),
    (r"\b(?:tv|televis\w+|chromecast|cast|airplay|espelh\w+|transmit\w+)\b", "help_tv", ()),
    (r"\b(?:baixar|baixo|download\w*|offline|sem internet)\b", "help_download", ()),
    (r"\b(?:lista|salv\w+|guard\w+|watchlist|my list|save|favorit\w+|ver depois|later)\b", "help_list", ("list",)),
    (r"\b(?:import\w*|trazer|letterboxd|myanimelist|jellyfin|outro servico)\b", "help_import", ("import",)),
    (r"\b(?:dados|privacidade|historico|apag\w+|exclu\w+|delet\w*|privacy|history|my data|rastre\w+|track\w+)\b", "help_privacy", ("privacy",)),
    (r"\b(?:preco|preços|custa|pag\w+|assin\w+|gratis|de graca|gratuit\w+|plano\w*|cobra\w*|price|cost|pay\w*|free|subscri\w+|refund|reembolso|nota fiscal|boleto|pix|cartao)\b", "help_price", ()),
    (r"\b(?:conta|senha|login|entrar|cadastr\w+|perfil|account|password|sign ?(?:in|up)|log ?in|profile|e ?mail)\b", "help_account", ("privacy",)),
    (r"\b(?:app|aplicativo|celular|android|iphone|ios|instal\w+|phone|tablet)\b", "help_app", ()),
    (r"\b(?:problema|erro|bug|report\w*|denunci\w+|reclama\w*|suporte|support|contato|contact|atendente|humano|human|fal\w+ com (?:alguem|a gente|voces))\b", "help_support", ("support",)),
    (r"\b(?:cena|cenas|fala|momento|scene|line|quote|minuto)\b", "help_scene", ()),
    (r"\b(?:parei|onde parou|resumo|recap|retom\w+|continu\w+ (?:de onde|assistindo)|left off)\b", "help_resume", ()),
    (r"\b(?:proximo episodio|next episode|abertura|creditos|intro|credits|pular|skip)\b", "help_skip", ()),
)  # fmt: skip
"""What is asked about, the answer, and the pages that it speaks of; the first that fits answers."""

_NOT_IT = re.compile(r"\b(?:piadas?|jokes?)\b")


def help_(turn: Turn, shelf: Shelf) -> Outcome:
    """Answer how something is done; without a thing, what she can do. What may be given away is settled here, for this conversation."""
    if turn.reading.aspect in ("spoilers_on", "spoilers_off"):
        return Outcome(turn.reading.aspect, spoilers=turn.reading.aspect == "spoilers_on", continues=True)
    text = turn.message.text
    for pattern, act, pages in TOPICS:
        if re.search(pattern, text):
            return Outcome(act, links=links(turn.lang, *pages))
    return Outcome("help")


def small_talk(turn: Turn, shelf: Shelf) -> Outcome:
    """Chat, kept short and turned back to films."""
    aspect, text = turn.reading.aspect, turn.message.text
    if aspect == "identity":
        return Outcome("identity")
    if aspect == "joke" or _NOT_IT.search(text):
        return Outcome("joke")
    if turn.message.laugh or aspect == "laugh" or re.search(r"\bde rir\b|\blaugh", text):
        return Outcome("laugh")
    if aspect == "favorite" or re.search(
        r"favorit|preferid|voce (?:mais )?(?:gosta|prefere|curte)|do you like", text
    ):
        return Outcome("favorite")
    if aspect == "love" or re.search(
        r"\bamo (?:voce|vc)\b|\blove (?:you|u)\b|casa comigo|adoro voce|voce e (?:um amor|demais|incrivel|linda|fofa)|marry",
        text,
    ):
        return Outcome("love")
    if re.search(
        r"\b(?:voce e (?:um )?(?:robo|humana?|gente|real|ia)|are you (?:a )?(?:human|real|robot|bot|ai)|quem e voce|who are you|seu nome|your name)\b",
        text,
    ):
        return Outcome("identity")
    if re.search(
        r"\b(?:cansad[oa]|dia (?:ruim|dificil|pesado|longo)|trist\w+|mal hoje|sozinh\w+|chatead\w+|estressad\w+|tired|bad day|rough day|sad|lonely|stressed)\b",
        text,
    ):
        return Outcome("rough_day")
    if re.search(
        r"\b(?:feliz|animad[oa]|dia (?:bom|otimo)|passei|consegui|promovid\w+|aniversario|happy|good day|great day|birthday|got the job)\b",
        text,
    ):
        return Outcome("good_day")
    return Outcome("smalltalk")
