"""The words of O Trem para o Mar: dialogue in both languages, and chapters."""

from __future__ import annotations

from bitaca_core.media.sample.story import Line

CHAPTERS = (
    (0.0, "A concha", "The Shell"),
    (36.0, "O embarque", "All Aboard"),
    (76.0, "O apelido das estrelas", "The Nicknames of the Stars"),
    (120.0, "A serra e a chuva", "Mountains and Rain"),
    (164.0, "A cidade que não dorme", "The City That Does Not Sleep"),
    (198.0, "O mar", "The Sea"),
)

LINES = (
    Line(2.0, 6.0, "[vento seco, grilos]", "[dry wind, crickets]"),
    Line(
        8.0,
        12.4,
        "LIA: Minha avó dizia que o sertão já foi mar.",
        "LIA: My grandmother used to say the backlands were once sea.",
    ),
    Line(
        15.0,
        19.0,
        "LIA: Ela foi lá uma vez só. Trouxe esta concha.",
        "LIA: She went there only once. She brought back this shell.",
    ),
    Line(19.6, 23.6, "LIA: E deixou um bilhete sem data.", "LIA: And she left a ticket with no date."),
    Line(26.6, 30.0, "[um apito, muito longe]", "[a whistle, very far away]"),
    Line(30.6, 34.6, "LIA: Vó... é hoje?", "LIA: Grandma... is it today?"),
    Line(38.0, 41.6, "[o trem freia devagar]", "[the train brakes slowly]"),
    Line(44.0, 48.0, "MAQUINISTA: Bilhete?", "DRIVER: Ticket?"),
    Line(50.6, 54.0, "LIA: Está sem data, moço. Ainda vale?", "LIA: It has no date, sir. Is it still good?"),
    Line(
        54.6,
        58.6,
        "MAQUINISTA: Sem data é o único que nunca vence.",
        "DRIVER: One with no date is the only kind that never expires.",
    ),
    Line(59.4, 63.0, "MAQUINISTA: Sobe. Janela ou corredor?", "DRIVER: Hop on. Window or aisle?"),
    Line(65.0, 68.6, "LIA: Janela. Sempre janela.", "LIA: Window. Always window."),
    Line(70.0, 74.8, "[as rodas encontram o ritmo]", "[the wheels find their rhythm]"),
    Line(78.0, 81.6, "LIA: O senhor conhece o caminho no escuro?", "LIA: Do you know the way in the dark?"),
    Line(
        82.2,
        86.4,
        "MAQUINISTA: Eu conheço cada estrela pelo apelido.",
        "DRIVER: I know every star by its nickname.",
    ),
    Line(
        87.2,
        91.2,
        "MAQUINISTA: Aquela é a Teimosa. Aquela, a Dona do Café.",
        "DRIVER: That one is Stubborn. That one, the Coffee Lady.",
    ),
    Line(94.0, 97.6, "LIA: E aquela, sozinha?", "LIA: And that one, all alone?"),
    Line(
        98.4,
        103.0,
        "MAQUINISTA: Essa ainda está esperando nome.",
        "DRIVER: That one is still waiting for a name.",
    ),
    Line(107.4, 110.6, "LIA: Então é Alzira. Como a vó.", "LIA: Then it's Alzira. Like Grandma."),
    Line(
        111.6,
        116.0,
        "MAQUINISTA: Alzira. Está anotado no céu.",
        "DRIVER: Alzira. It's written down in the sky.",
    ),
    Line(122.0, 126.0, "[a serra chega em silêncio]", "[the mountains arrive in silence]"),
    Line(
        127.0,
        131.4,
        "MAQUINISTA: Segura o chapéu: lá vem a nuvem.",
        "DRIVER: Hold on to your hat: here comes the cloud.",
    ),
    Line(136.0, 139.6, "LIA: Nunca vi tanta água junta.", "LIA: I've never seen so much water in one place."),
    Line(140.4, 144.4, "MAQUINISTA: Isso é só o mar ensaiando.", "DRIVER: That's only the sea rehearsing."),
    Line(
        145.2,
        149.0,
        "LIA: E se eu chegar e não souber o que dizer?",
        "LIA: What if I get there and don't know what to say?",
    ),
    Line(
        152.0, 156.0, "MAQUINISTA: Com o mar a gente mais escuta.", "DRIVER: With the sea, mostly you listen."
    ),
    Line(157.0, 161.6, "[vaga-lumes entram pela janela]", "[fireflies come in through the window]"),
    Line(166.0, 170.0, "LIA: Quanta gente acordada.", "LIA: So many people awake."),
    Line(
        171.0,
        175.6,
        "MAQUINISTA: Cada luz é alguém esperando alguém.",
        "DRIVER: Every light is somebody waiting for somebody.",
    ),
    Line(182.0, 185.6, "LIA: O senhor espera alguém?", "LIA: Are you waiting for someone?"),
    Line(
        186.6,
        191.6,
        "MAQUINISTA: Uma moça. Ia só uma vez e voltava. Levou uma concha.",
        "DRIVER: A young woman. She went only once and came back. She took a shell.",
    ),
    Line(192.4, 196.4, "LIA: ...O senhor conheceu a minha avó.", "LIA: ...You knew my grandmother."),
    Line(200.0, 204.0, "[a noite afina até virar azul]", "[the night thins until it turns blue]"),
    Line(
        206.0,
        210.4,
        "MAQUINISTA: Fim da linha, passageira. Começo do resto.",
        "DRIVER: End of the line, passenger. Beginning of the rest.",
    ),
    Line(214.0, 217.6, "[o mar, enfim]", "[the sea, at last]"),
    Line(219.0, 223.0, "LIA: Vó. É igualzinho à concha.", "LIA: Grandma. It's just like the shell."),
    Line(224.0, 228.6, "LIA: Só que não acaba.", "LIA: Only it doesn't end."),
    Line(232.0, 236.4, "[lá longe, um apito responde]", "[far away, a whistle answers]"),
)
