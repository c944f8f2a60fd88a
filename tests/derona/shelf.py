"""A small catalogue and an in-memory search with real filters, for Derona's tests."""

from __future__ import annotations

from dataclasses import dataclass, field

from bitaca_core.catalogue.normalize import words
from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Episode, Title
from bitaca_core.search.query import Hit, Query


def _title(title_id: str, kind: str, name: str, **more: object) -> Title:
    return Title.model_validate({"title_id": title_id, "kind": kind, "original_title": name, **more})


def _made(title_id: str, kind: str, pt: str, en: str, seconds: int | None, age: str, genres: str, themes: str, **more: object) -> Title:  # fmt: skip
    return _title(
        title_id, kind, pt, title_pt=pt, title_en=en, year=2026, countries=("BR",), languages=("pt-BR",),
        duration_s=seconds, age_rating=age, genres=tuple(genres.split()), themes=tuple(themes.split(",")),
        directors=("Bitaca",), source="sample", **more,
    )  # fmt: skip


def catalogue() -> Catalogue:
    """Return six titles made by the house (the first six, playable) and real ones that are not."""
    episodes = tuple(
        Episode(
            title_id=f"dona-mare-2026-e{n}",
            number=n,
            title_pt=f"Dia {n}",
            title_en=f"Day {n}",
            duration_s=60 + 10 * n,
        )
        for n in (1, 2, 3)
    )
    return Catalogue(
        (
            _made("relampago-neon-2026", "short", "Relâmpago Neon", "Neon Lightning", 25, "10", "acao anime ficcao-cientifica", "cidade,coragem",
                  synopsis_pt="Uma mensageira corre pela cidade acesa para entregar um raio antes da meia-noite. Ninguém pode alcançá-la.",
                  synopsis_en="A courier races through the lit city to deliver a bolt of lightning before midnight. Nobody may catch her.", descriptors=("Violência fantasiosa",)),
            _made("samba-das-orbitas-2026", "short", "Samba das Órbitas", "Samba of the Orbits", 28, "L", "musical ficcao-cientifica experimental", "espaço,música",
                  synopsis_pt="Planetas dançam ao som de um pandeiro.", synopsis_en="Planets dance to a pandeiro."),
            _made("o-vulto-na-janela-2026", "short", "O Vulto na Janela", "The Shape at the Window", 24, "14", "terror suspense", "solidão",
                  synopsis_pt="Alguém bate na janela do décimo andar.", synopsis_en="Someone knocks at a window on the tenth floor."),
            _made("carta-para-o-mar-2026", "short", "Carta para o Mar", "Letter to the Sea", 30, "L", "drama romance", "mar,luto,amor",
                  synopsis_pt="Uma carta atravessa o mar até encontrar quem a espera.", synopsis_en="A letter crosses the sea to the one who waits for it."),
            _made("o-farol-de-papel-2026", "film", "O Farol de Papel", "The Paper Lighthouse", 250, "L", "animacao fantasia familia aventura", "amizade,mar,infância",
                  synopsis_pt="Uma menina dobra um farol de papel para guiar o barco do avô de volta para casa.", synopsis_en="A girl folds a paper lighthouse to guide her grandfather's boat home."),
            _made("dona-mare-2026", "series", "Dona Maré", "Mrs. Tide", None, "L", "comedia slice-of-life animacao", "amizade,trabalho", episodes=episodes,
                  synopsis_pt="Dona Maré abre a vendinha e resolve os problemas de meio bairro.", synopsis_en="Mrs. Tide opens her corner shop and sorts out half the neighbourhood."),
            _title("akira-1988", "film", "AKIRA", title_pt="Akira", title_en="Akira", year=1988, directors=("Katsuhiro Otomo",), countries=("JP",), languages=("ja",),
                   genres=("anime", "animacao", "acao", "ficcao-cientifica"), themes=("tecnologia", "cidade", "violência"), duration_s=7440, source="real",
                   synopsis_pt="Na Tóquio do futuro, um motoqueiro tenta salvar o amigo que ganhou poderes incontroláveis.", synopsis_en="In a future Tokyo a biker tries to save a friend with powers out of control."),
            _title("tonari-no-totoro-1988", "film", "Tonari no Totoro", title_pt="Meu Amigo Totoro", title_en="My Neighbor Totoro", year=1988, directors=("Hayao Miyazaki",), countries=("JP",), languages=("ja",),
                   genres=("anime", "animacao", "fantasia", "familia"), themes=("infância", "natureza", "família"), duration_s=5160, age_rating="L", source="real"),
            _title("central-do-brasil-1998", "film", "Central do Brasil", title_en="Central Station", year=1998, directors=("Walter Salles",), cast=("Fernanda Montenegro", "Vinícius de Oliveira"), countries=("BR", "FR"), languages=("pt",),
                   genres=("drama",), themes=("viagem", "infância", "amizade"), duration_s=6600, source="real",
                   synopsis_pt="Uma ex-professora que escreve cartas atravessa o país com um menino em busca do pai dele."),
            _title("cidade-de-deus-2002", "film", "Cidade de Deus", title_en="City of God", year=2002, directors=("Fernando Meirelles", "Kátia Lund"), countries=("BR",), genres=("crime", "drama"), themes=("favela", "violência"), duration_s=7800, age_rating="18", source="real"),
            _title("bacurau-2019", "film", "Bacurau", year=2019, directors=("Kleber Mendonça Filho", "Juliano Dornelles"), cast=("Sônia Braga",), countries=("BR", "FR"), genres=("suspense", "faroeste", "misterio"), themes=("sertão", "resistência", "violência"), duration_s=7860, source="real",
                   synopsis_pt="Um povoado do sertão some do mapa e se prepara para resistir a visitantes armados."),
            _title("o-menino-e-o-mundo-2013", "film", "O Menino e o Mundo", title_en="Boy and the World", year=2013, directors=("Alê Abreu",), countries=("BR",), genres=("animacao", "aventura", "familia"), themes=("infância", "trabalho"), duration_s=4800, age_rating="L", source="real"),
            _title("perfect-blue-1997", "film", "Perfect Blue", year=1997, directors=("Satoshi Kon",), countries=("JP",), genres=("anime", "animacao", "suspense", "terror"), themes=("identidade",), duration_s=4860, source="real"),
            _title("kimi-no-na-wa-2016", "film", "Kimi no Na wa.", title_pt="Your Name.", title_en="Your Name.", year=2016, directors=("Makoto Shinkai",), countries=("JP",), genres=("anime", "animacao", "romance", "fantasia"), themes=("amor", "tempo"), duration_s=6360, source="real"),
            _title("kokaku-kidotai-1995", "film", "Kōkaku Kidōtai", title_pt="O Fantasma do Futuro", title_en="Ghost in the Shell", aliases=("Ghost in the Shell",), year=1995, directors=("Mamoru Oshii",), countries=("JP",), genres=("anime", "animacao", "ficcao-cientifica", "acao"), themes=("tecnologia", "identidade"), duration_s=4980, source="real"),
            _title("que-horas-ela-volta-2015", "film", "Que Horas Ela Volta?", title_en="The Second Mother", year=2015, directors=("Anna Muylaert",), cast=("Regina Casé",), countries=("BR",), genres=("drama", "comedia"), themes=("desigualdade", "trabalho", "família"), duration_s=6720, source="real"),
            _title("deus-e-o-diabo-na-terra-do-sol-1964", "film", "Deus e o Diabo na Terra do Sol", year=1964, directors=("Glauber Rocha",), countries=("BR",), genres=("drama", "faroeste"), themes=("sertão", "fé"), duration_s=7200, source="real"),
            _title("edificio-master-2002", "film", "Edifício Master", year=2002, directors=("Eduardo Coutinho",), countries=("BR",), genres=("documentario",), themes=("cidade", "solidão"), duration_s=6600, source="real"),
        )
    )  # fmt: skip


PLAYABLE = frozenset(
    (
        "relampago-neon-2026", "samba-das-orbitas-2026", "o-vulto-na-janela-2026", "carta-para-o-mar-2026",
        "o-farol-de-papel-2026", "dona-mare-2026-e1", "dona-mare-2026-e2", "dona-mare-2026-e3",
    )
)  # fmt: skip


@dataclass
class ShelfSearch:
    """Search over a catalogue in memory: every filter of `Query`, words ranked by overlap. Counts its calls."""

    catalogue: Catalogue
    playable: frozenset[str] = PLAYABLE
    calls: int = 0
    seen: list[Query] = field(default_factory=list)

    def _plays(self, title: Title) -> bool:
        return any(unit in self.playable for unit in self.catalogue.playable_ids(title))

    def search(self, query: Query, limit: int = 10) -> list[Hit]:
        self.calls += 1
        self.seen.append(query)
        hits = []
        for title in self.catalogue:
            if not self._passes(title, query):
                continue
            score, why = self._score(title, query.text)
            if query.text and not why:
                continue
            why += [f"genre:{genre}" for genre in query.genres] + [f"theme:{theme}" for theme in query.themes]
            hits.append(Hit(title.title_id, score, self._plays(title), tuple(why) or ("filter",)))
        return sorted(hits, key=lambda hit: (-hit.score, not hit.playable, hit.title_id))[:limit]

    def _passes(self, title: Title, query: Query) -> bool:
        seconds = title.duration_s
        if seconds is None and title.episodes:
            seconds = max(episode.duration_s or 0 for episode in title.episodes)
        return (
            title.title_id not in query.exclude_ids
            and set(query.genres) <= set(title.genres)
            and not set(query.exclude_genres) & set(title.genres)
            and set(query.themes) <= set(title.themes)
            and not set(query.exclude_themes) & set(title.themes)
            and (query.year_min is None or (title.year or 0) >= query.year_min)
            and (query.year_max is None or (title.year or 9999) <= query.year_max)
            and (query.duration_max_s is None or (seconds or 10**9) <= query.duration_max_s)
            and (query.duration_min_s is None or (seconds or 0) >= query.duration_min_s)
            and (not query.countries or bool(set(query.countries) & set(title.countries)))
            and (not query.kinds or title.kind in query.kinds)
            and (query.max_age is None or title.effective_age <= query.max_age)
            and (not query.playable_only or self._plays(title))
        )

    def _score(self, title: Title, text: str) -> tuple[float, list[str]]:
        wanted = set(words(text))
        if not wanted:
            return 1.0, []
        named = set(words(" ".join((title.name("pt"), title.name("en"), title.original_title))))
        told = set(words(" ".join((title.synopsis_pt or "", title.synopsis_en or "", *title.themes))))
        score = 2.0 * len(wanted & named) + len(wanted & told)
        return score, ["title"] if wanted & named else ["words"] if wanted & told else []

    def suggest(self, text: str, limit: int = 8) -> list[Hit]:
        return self.search(Query(text=text), limit)

    def similar(self, title_id: str, limit: int = 10, exclude: frozenset[str] = frozenset()) -> list[Hit]:
        base = self.catalogue.resolve(title_id)
        if base is None:
            return []
        hits = []
        for title in self.catalogue:
            shared = set(title.genres) & set(base.genres) | set(title.themes) & set(base.themes)
            if title.title_id != base.title_id and title.title_id not in exclude and shared:
                hits.append(
                    Hit(title.title_id, float(len(shared)), self._plays(title), (f"similar:{base.title_id}",))
                )
        return sorted(hits, key=lambda hit: (-hit.score, not hit.playable, hit.title_id))[:limit]

    def alike(self, title_id: str, query: Query, limit: int = 10) -> list[Hit]:
        allowed = {title.title_id for title in self.catalogue if self._passes(title, query)}
        hits = self.similar(title_id, len(allowed) + 1, query.exclude_ids)
        return [hit for hit in hits if hit.title_id in allowed][:limit]
