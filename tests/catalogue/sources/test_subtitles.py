from pathlib import Path

import pytest

from bitaca_core.catalogue.sources.subtitles import sniff_language, subtitle_source, subtitles_of


def test_languages_come_from_the_names(tmp_path):
    names = (
        "Film (2020).en.srt",
        "Film (2020).pt-BR.vtt",
        "Film (2020).por.forced.srt",
        "Film (2020) 2.srt",
        "Other.srt",
    )
    files = [tmp_path / name for name in names]
    for file in files:
        file.write_text("1\n")
    found = {
        item.path.name: (item.language, item.forced)
        for item in (
            subtitle_source(file, "Film (2020)") for file in subtitles_of(tmp_path / "Film (2020).mkv", files)
        )
    }
    assert found == {
        "Film (2020).en.srt": ("en", False),
        "Film (2020).pt-BR.vtt": ("pt-BR", False),
        "Film (2020).por.forced.srt": ("pt-BR", True),
    }


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Eu não sei o que você quer, mas isso está aqui.", "pt-BR"),
        ("What is it that you want? The door is open and this is not yours.", "en"),
        ("Yo no sé que está aquí, pero él también los tiene.", "es"),
        ("", "pt-BR"),
    ],
)
def test_without_a_suffix_the_words_tell(tmp_path: Path, text, language):
    file = tmp_path / "f.srt"
    file.write_text(f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n")
    assert sniff_language(file) == language
