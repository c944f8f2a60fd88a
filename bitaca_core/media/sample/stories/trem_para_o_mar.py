"""O Trem para o Mar: Lia, a shell, a ticket without a date, and a night train that crosses the country."""

from __future__ import annotations

from bitaca_core.media.sample.music.journey import calm, full
from bitaca_core.media.sample.stories import trem_chegada, trem_janela, trem_terra, trem_viagem
from bitaca_core.media.sample.stories.trem_falas import CHAPTERS, LINES
from bitaca_core.media.sample.story import Shot, SoundTrack, Story


def story() -> Story:
    """Return the film."""
    return Story(
        "trem-para-o-mar-2026",
        (
            Shot(14.0, trem_terra.title, fade_in_s=1.5),
            Shot(12.0, trem_terra.doorway),
            Shot(10.0, trem_terra.headlight, fade_out_s=0.6),
            Shot(14.0, lambda: trem_terra.station(True), fade_in_s=0.6),
            Shot(14.0, lambda: trem_terra.station(False)),
            Shot(12.0, trem_viagem.sertao, fade_out_s=0.5),
            Shot(16.0, lambda: trem_janela.compartment("stars"), fade_in_s=0.5),
            Shot(14.0, trem_viagem.sky_bridge),
            Shot(14.0, lambda: trem_janela.compartment("stars", True), fade_out_s=0.5),
            Shot(14.0, trem_viagem.mountains, fade_in_s=0.5),
            Shot(16.0, lambda: trem_janela.compartment("rain")),
            Shot(14.0, trem_viagem.forest, fade_out_s=0.6),
            Shot(16.0, trem_viagem.city, fade_in_s=0.5),
            Shot(18.0, lambda: trem_janela.compartment("city", True), fade_out_s=0.6),
            Shot(14.0, trem_chegada.first_light, fade_in_s=0.8),
            Shot(18.0, lambda: trem_chegada.beach(False)),
            Shot(18.0, lambda: trem_chegada.beach(True), fade_out_s=2.5),
        ),
        LINES,
        (SoundTrack("Trilha original", "zxx", full), SoundTrack("Versão calma (sem percussão)", "zxx", calm)),
        trem_chegada.poster,
        chapters=CHAPTERS,
        markers=(("credits", 238.0, 248.0),),
    )
