"""O Trem para o Mar: Lia, a shell, a ticket without a date, and a night train that crosses the country."""

from __future__ import annotations

from bitaca_core.media.sample.music.journey import calm, full
from bitaca_core.media.sample.stories import trem_cenas as scenes
from bitaca_core.media.sample.stories.trem_falas import CHAPTERS, LINES
from bitaca_core.media.sample.story import Shot, SoundTrack, Story


def story() -> Story:
    """Return the film."""
    return Story(
        "trem-para-o-mar-2026",
        (
            Shot(14.0, scenes.title, fade_in_s=1.5),
            Shot(12.0, scenes.doorway),
            Shot(10.0, scenes.headlight, fade_out_s=0.6),
            Shot(14.0, lambda: scenes.station(True), fade_in_s=0.6),
            Shot(14.0, lambda: scenes.station(False)),
            Shot(12.0, scenes.sertao, fade_out_s=0.5),
            Shot(16.0, lambda: scenes.compartment("stars"), fade_in_s=0.5),
            Shot(14.0, scenes.sky_bridge),
            Shot(14.0, lambda: scenes.compartment("stars", True), fade_out_s=0.5),
            Shot(14.0, scenes.mountains, fade_in_s=0.5),
            Shot(16.0, lambda: scenes.compartment("rain")),
            Shot(14.0, scenes.forest, fade_out_s=0.6),
            Shot(16.0, scenes.city, fade_in_s=0.5),
            Shot(18.0, lambda: scenes.compartment("city", True), fade_out_s=0.6),
            Shot(14.0, scenes.first_light, fade_in_s=0.8),
            Shot(18.0, lambda: scenes.beach(False)),
            Shot(18.0, lambda: scenes.beach(True), fade_out_s=2.5),
        ),
        LINES,
        (SoundTrack("Trilha original", "zxx", full), SoundTrack("Versão calma (sem percussão)", "zxx", calm)),
        scenes.poster,
        chapters=CHAPTERS,
        markers=(("credits", 238.0, 248.0),),
    )
