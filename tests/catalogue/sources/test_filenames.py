from pathlib import Path

import pytest

from bitaca_core.catalogue.sources.filenames import NameParts, read_name
from bitaca_core.errors import CatalogueError

FILMS = {
    "Title (2020).mkv": ("Title", 2020),
    "Cidade.de.Deus.2002.1080p.BluRay.x264-GRP.mkv": ("Cidade de Deus", 2002),
    "Meu_filme_de_ferias.mp4": ("Meu filme de ferias", None),
    "2001 Uma Odisseia no Espaco (1968) [1080p].mkv": ("2001 Uma Odisseia no Espaco", 1968),
    "1917.2019.720p.WEB-DL.mkv": ("1917", 2019),
    "2012.mkv": ("2012", None),
    "Bacurau 2019 Nacional 1080p.mkv": ("Bacurau", 2019),
    "[Grupo] Perfect Blue (1997) [BD 1080p].mkv": ("Perfect Blue", 1997),
    "video.mp4": ("video", None),
    "Que Horas Ela Volta.mkv": ("Que Horas Ela Volta", None),
}
EPISODES = {
    "Show/Show S01E02.mkv": NameParts("Show", None, 1, 2),
    "Show/show.s02e10.720p.hdtv.mkv": NameParts("show", None, 2, 10),
    "Show/Show - S01E02 - O começo.mkv": NameParts("Show", None, 1, 2, "O começo"),
    "Show/Show 1x02.mkv": NameParts("Show", None, 1, 2),
    "Show (1998)/S01E05.mkv": NameParts("Show", 1998, 1, 5),
    "Show/Temporada 2/T02E03.mkv": NameParts("Show", None, 2, 3),
    "Show/Season 3/Episodio 4.mkv": NameParts("Show", None, 3, 4),
    "Animes/[Grupo] Mushishi - 07 [1080p].mkv": NameParts("Mushishi", None, 1, 7),
    "Show/Specials/Show S00E01.mkv": NameParts("Show", None, 0, 1),
}


@pytest.mark.parametrize("name", FILMS)
def test_films(name):
    parts = read_name(Path("/films") / name)
    assert (parts.title, parts.year, parts.episode) == (*FILMS[name], None)


@pytest.mark.parametrize("name", EPISODES)
def test_episodes(name):
    assert read_name(Path("/tv") / name) == EPISODES[name]


@pytest.mark.parametrize("name", ["[1080p].mkv", "(2020).mkv"])
def test_no_title_is_an_error(name):
    with pytest.raises(CatalogueError, match="no title"):
        read_name(Path("/films") / name)
