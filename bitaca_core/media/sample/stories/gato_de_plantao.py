"""Gato de Plantão: Breu, a black cat with a red bow, solves the small mysteries of Sossego Hill.

The three episodes share the opening (10 s) and the credits (8 s).
"""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from bitaca_core.media.sample.music.styles import night_shift
from bitaca_core.media.sample.stories.gato_cartaz import poster
from bitaca_core.media.sample.stories.gato_casos import bucket, dark_hill, farewell, heron
from bitaca_core.media.sample.stories.gato_ladeira import at_shop, card, credits, opening, roofs
from bitaca_core.media.sample.story import Line, Shot, SoundTrack, Story

INTRO_S, CREDITS_S, LENGTH_S = 10.0, 8.0, 66.0


def _episode(number: int, key: str, name: tuple[str, str], shots: tuple[Shot, ...], lines: tuple[Line, ...], art: Callable[[], Image.Image]) -> Story:  # fmt: skip
    last = LENGTH_S - CREDITS_S
    first_line = (
        Line(
            1.0,
            4.6,
            "Quando o morro dorme, alguém bate ponto.",
            "When the hill goes to sleep, somebody clocks in.",
        ),
    )
    closing = (Line(last + 1.0, last + 4.0, "[miado de fim de expediente]", "[an end-of-shift meow]"),)
    return Story(
        f"gato-de-plantao-2026-{key}",
        (Shot(INTRO_S, opening, fade_in_s=0.5), Shot(4.0, lambda: card(number, name[0])), *shots, Shot(CREDITS_S, credits, fade_in_s=0.5, fade_out_s=1.5)),
        (*first_line, *lines, *closing),
        (SoundTrack("Trilha original", "zxx", lambda seconds: night_shift(seconds, number)),),
        art,
        chapters=((0.0, "Abertura", "Opening"), (INTRO_S, name[0], name[1]), (last, "Créditos", "Credits")),
        markers=(("intro", 0.0, INTRO_S), ("credits", last, LENGTH_S)),
    )  # fmt: skip


def fish() -> Story:
    """Return episode 1."""
    return _episode(1, "e01", ("O peixe que sumiu", "The Missing Fish"), (
        Shot(12.0, lambda: at_shop(1.0)), Shot(11.0, lambda: roofs(True)), Shot(13.0, heron), Shot(8.0, lambda: farewell((255, 170, 110))),
    ), (
        Line(14.6, 17.8, "DONA ZEFA: Sumiu! Meu peixe sumiu da bancada!", "DONA ZEFA: Gone! My fish is gone from the counter!"),
        Line(18.4, 21.4, "BREU: Calma. Ninguém sai desta ladeira sem passar por mim.", "BREU: Easy. Nobody leaves this hill without passing me."),
        Line(22.0, 25.4, "DONA ZEFA: Você estava dormindo em cima da balança.", "DONA ZEFA: You were asleep on the scales."),
        Line(26.6, 30.2, "BREU: Pegadas molhadas. Três dedos. Muito suspeito.", "BREU: Wet prints. Three toes. Very suspicious."),
        Line(31.2, 34.8, "BREU: E pernas compridas... mais compridas que a lei.", "BREU: And long legs... longer than the law."),
        Line(38.0, 40.8, "BREU: Parada aí, dona garça.", "BREU: Hold it right there, Mrs Heron."),
        Line(41.6, 44.6, "GARÇA: Era só pra mostrar pra lua.", "HERON: I only wanted to show it to the moon."),
        Line(45.4, 48.6, "BREU: Metade pra você, metade pro relatório.", "BREU: Half for you, half for the report."),
        Line(51.0, 55.4, "BREU: Caso encerrado. O relatório estava uma delícia.", "BREU: Case closed. The report was delicious."),
    ), lambda: poster(1))  # fmt: skip


def moon() -> Story:
    """Return episode 2."""
    return _episode(2, "e02", ("A lua no balde", "The Moon in the Bucket"), (
        Shot(10.0, lambda: roofs(False, 0.3, 120)), Shot(14.0, lambda: bucket(False)), Shot(12.0, lambda: bucket(True)), Shot(8.0, lambda: farewell((255, 190, 120))),
    ), (
        Line(14.8, 18.2, "BREU: Estranho. O céu está sem ninguém.", "BREU: Strange. There's nobody in the sky."),
        Line(18.8, 22.6, "BREU: Alguém apagou a lua, ou pior: guardou.", "BREU: Somebody put the moon out, or worse: put it away."),
        Line(24.8, 28.0, "BREU: Achei. Sequestro, com água até a borda.", "BREU: Found it. A kidnapping, filled to the brim."),
        Line(28.8, 31.8, "LUA: Eu só vim beber e dormi.", "MOON: I only came for a drink and fell asleep."),
        Line(32.6, 37.0, "BREU: Fico de guarda até você lembrar o caminho.", "BREU: I'll stand guard until you remember the way."),
        Line(38.6, 41.4, "BREU: Melhor: eu sei derrubar coisas.", "BREU: Better: I know how to knock things over."),
        Line(42.6, 46.6, "LUA: Obrigada, detetive. Apareço amanhã.", "MOON: Thank you, detective. I'll be back tomorrow."),
        Line(51.0, 55.6, "BREU: Pagamento? Deixa a janela aberta.", "BREU: My fee? Just leave the window open."),
    ), lambda: poster(2))  # fmt: skip


def blackout() -> Story:
    """Return episode 3."""
    return _episode(3, "e03", ("O apagão", "The Blackout"), (
        Shot(10.0, lambda: dark_hill(False)), Shot(11.0, lambda: at_shop(0.4, False)), Shot(11.0, lambda: roofs(False, 0.0, 170, True)),
        Shot(12.0, lambda: dark_hill(True)),
    ), (
        Line(14.6, 16.8, "[um estalo, e o morro some]", "[a click, and the hill disappears]"),
        Line(18.0, 22.6, "BREU: Calma, pessoal. Alguém aqui enxerga no escuro.", "BREU: Easy, everyone. Somebody here can see in the dark."),
        Line(24.8, 28.2, "DONA ZEFA: Breu, a conta de luz eu paguei!", "DONA ZEFA: Breu, I did pay the electricity bill!"),
        Line(29.0, 33.4, "BREU: Então é roubo. Vou atrás de quem brilha.", "BREU: Then it's theft. I'll follow whoever is glowing."),
        Line(36.0, 39.0, "BREU: Ali. Pisca. E outro. E... quantos vocês são?", "BREU: There. A blink. Another. And... how many of you are there?"),
        Line(40.4, 44.8, "VAGA-LUMES: O bastante.", "FIREFLIES: Enough."),
        Line(47.0, 51.4, "DONA ZEFA: Olha, menino... o céu desceu pra cá.", "DONA ZEFA: Look, dear... the sky came down here."),
        Line(52.4, 57.0, "BREU: Caso aberto. Deixa assim mais um pouquinho.", "BREU: Case open. Let's leave it so a little longer."),
    ), lambda: poster(3))  # fmt: skip
