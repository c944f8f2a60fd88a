"""Sound: measured, brought to one loudness, and encoded in processes of its own."""

from bitaca_core.media.sound.artefacts import Heard, make
from bitaca_core.media.sound.chain import Mix, arguments, file_name, mix_of
from bitaca_core.media.sound.encode import Encoded, Rendition, audio_file, encode, measure
from bitaca_core.media.sound.loudness import Level, Loudness

__all__ = [
    "Encoded",
    "Heard",
    "Level",
    "Loudness",
    "Mix",
    "Rendition",
    "arguments",
    "audio_file",
    "encode",
    "file_name",
    "make",
    "measure",
    "mix_of",
]
