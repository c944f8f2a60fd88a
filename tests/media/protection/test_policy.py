"""What may be asked for, and what each picture is labelled."""

from __future__ import annotations

import pytest

from bitaca_core.errors import InputError
from bitaca_core.media.protection.policy import Policy, label_of, policy_of


@pytest.mark.parametrize(
    ("size", "label"),
    [((256, 144), "SD"), ((576, 768), "SD"), ((854, 480), "SD"), ((960, 540), "HD"), ((1920, 1080), "HD"),
     ((1080, 1920), "HD"), ((2560, 1440), "UHD"), ((3840, 2160), "UHD")],
)  # fmt: skip
def test_labels_by_area(size: tuple[int, int], label: str) -> None:
    assert label_of(*size) == label


def test_words_of_a_person() -> None:
    policy = policy_of("cbcs", 5, " clearkey, widevine ", "https://licences.example/v1/")
    assert policy == Policy("cbcs", 5, ("widevine", "clearkey"), "https://licences.example/v1")
    for words in (("aes", 1, "", ""), ("cenc", -1, "", ""), ("cenc", 1, "nobody", ""), ("cenc", 1, "", 'x"'),
                  ("cenc", 1, "", "a b"), ("cenc", 1, "", "a\nb")):  # fmt: skip
        with pytest.raises(InputError):
            policy_of(*words)


def test_what_decides_the_bytes() -> None:
    assert Policy().identity() == {"scheme": "none"} and Policy().notes() == ()
    turned = Policy("aes-128", 5)
    assert turned.identity() != Policy("aes-128", 6).identity()
    assert turned.identity() == Policy("aes-128", 5, ("widevine",)).identity(), (
        "no key system reads whole segments"
    )
    assert Policy("cenc", 5).identity() == Policy("cenc", 6).identity()
    assert Policy("cenc").identity() != Policy("cbcs").identity()
    assert Policy("cenc", systems=("clearkey",)).identity() != Policy("cenc").identity()
    assert ["stream.mpd" in note for note in turned.notes()] == [True, False]
