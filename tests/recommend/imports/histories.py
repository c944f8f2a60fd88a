"""Five hundred lines as people's exports have them, over a catalogue whose titles have names in four languages."""

from __future__ import annotations

import random

from bitaca_core.catalogue.titles import Season, Title
from bitaca_core.recommend.imports.entries import Entry

ROMAJI = (
    "Hoshi", "Tsuki", "Kaze", "Umi", "Toukyou", "Yoru", "Shoujo", "Mahou", "Densetsu", "Ryuu", "Sekai", "Owari", "Natsu",
    "Fuyu", "Gakuen", "Kishi", "Hana", "Yume", "Ginga", "Tetsudou", "Kaibutsu", "Majo", "Neko", "Oukoku", "Kioku", "Sora",
)  # fmt: skip
PORTUGUESE = (
    "Noite", "Estação", "Coração", "Sertão", "Canção", "Menina", "Pássaro", "Cidade", "Irmãos", "Lembrança", "Caminho",
    "Silêncio", "Máquina", "Verão", "Herança", "Fronteira", "Avó", "Tempestade", "Açude", "Vizinha", "Relógio", "Ilha",
)  # fmt: skip
ENGLISH = (
    "Night", "Station", "Heart", "Desert", "Song", "Girl", "Bird", "City", "Brothers", "Memory", "Road", "Silence",
    "Machine", "Summer", "Legacy", "Border", "Storm", "Neighbour", "Clock", "Island", "Garden", "Harbour", "Winter",
)  # fmt: skip


def shelf(count: int = 700, seed: int = 3) -> list[Title]:
    """Return titles; half are anime with a romaji name, some are remakes and sequels of others."""
    rng = random.Random(seed)
    found: dict[str, Title] = {}
    for number in range(count):
        anime = number % 2 == 0
        romaji = f"{rng.choice(ROMAJI)} no {rng.choice(ROMAJI)} {rng.choice(('', '', 'wo Matsu', 'Monogatari', 'Hen'))}".strip()
        one, two = rng.sample(PORTUGUESE, 2)
        portuguese = rng.choice(
            (f"A {one} e o {two}", f"{one} de {two}", f"O Último {two}: {one}", f"{two} sem {one}")
        )
        english = f"The {rng.choice(ENGLISH)} {rng.choice(('of', 'and', 'beyond'))} the {rng.choice(ENGLISH)}"
        if number % 9 == 0:
            portuguese, english = f"{portuguese} 2", f"{english} II"
        year = rng.randrange(1950, 2026)
        series = anime and rng.random() < 0.6
        title_id = f"titulo-{number}"
        found[title_id] = Title(
            title_id=title_id,
            kind="series" if series else "film",
            original_title=romaji if anime else portuguese,
            title_romaji=romaji if anime else None,
            title_pt=portuguese,
            title_en=english,
            year=year,
            seasons=(Season(number=1), Season(number=2)) if series else (),
            external_ids=(("mal", str(1000 + number)),) if anime and rng.random() < 0.3 else (),
        )  # fmt: skip
    return list(found.values())


def lines(titles: list[Title], count: int = 500, seed: int = 4) -> list[tuple[Entry, str | None]]:
    """Return entries with the id of the title that each means, or None: a fifth are of other works.

    Names come in every language, with other long vowels, without accents, in other cases, with a slip of the
    fingers; years are a year off at times; anime lists have no years, and name seasons.
    """
    rng = random.Random(seed)
    found: list[tuple[Entry, str | None]] = []
    while len(found) < count:
        title = rng.choice(titles)
        if rng.random() < 0.2:
            found.append((_stranger(title, rng), None))
            continue
        list_of_anime = title.title_romaji is not None and rng.random() < 0.7
        name = title.title_romaji if list_of_anime else rng.choice((title.title_pt, title.title_en))
        name = _spelt(str(name), rng)
        if list_of_anime and title.kind == "series" and rng.random() < 0.25:
            name += rng.choice((" Season 2", " 2nd Season", " 2ª Temporada"))
        year = None if list_of_anime else (title.year or 0) + rng.choice((0, 0, 0, 0, 1, -1))
        kind = "series" if title.kind == "series" else "film"
        ids = title.external_ids if list_of_anime and rng.random() < 0.8 else ()
        found.append((Entry((name,), "watched", year, kind, ids=ids), title.title_id))
    return found


def _spelt(name: str, rng: random.Random) -> str:
    way = rng.randrange(6)
    if way == 0:
        return name.replace("ou", "ō").replace("uu", "ū")
    if way == 1:
        return name.replace("ou", "o").replace("uu", "u").upper()
    if way == 2:
        return name.translate(str.maketrans("ãáâçéêíóôõúÚ", "aaaceeiooouU")).lower()
    if way == 3 and len(name) > 12:
        at = rng.randrange(2, len(name) - 2)
        if name[at].isdigit() or not name[at].isalpha() or not name[at + 1].isalpha():
            return name
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    if way == 4:
        return name.replace(":", " -")
    return name


def _stranger(title: Title, rng: random.Random) -> Entry:
    """Return something that is not in the catalogue, most of it nearly: a sequel, a remake, an older namesake."""
    name, year = str(title.title_pt), title.year or 2000
    way = rng.randrange(4)
    if way == 0:
        return Entry((f"{name} {rng.choice((3, 4, 7))}",), "watched", year + 3, "film")
    if way == 1:
        return Entry((name,), "watched", year - rng.randrange(12, 40), "film")
    if way == 2:
        return Entry(
            (f"{rng.choice(ROMAJI)}{rng.choice(ROMAJI).lower()} Gaiden: {rng.choice(ROMAJI)}",),
            "watched",
            None,
            "series",
        )
    return Entry(
        (f"{rng.choice(('Meu', 'Seu'))} {rng.choice(PORTUGUESE)} {rng.choice(('perdido', 'vivo'))}",),
        "watched",
        year,
        "film",
    )
