"""Every shot of every story draws, twice the same, and never an empty picture."""

import hashlib

import numpy as np
import pytest

from bitaca_core.media.sample import UNITS, units
from bitaca_core.media.sample.draw import moments, still
from bitaca_core.media.sample.engines import lettering
from bitaca_core.media.sample.paint import HEIGHT, WIDTH

IDS = [unit.title_id for unit in UNITS]


@pytest.mark.parametrize("title_id", IDS)
def test_each_shot_draws_a_picture_that_is_not_flat(title_id):
    story = units.load(title_id)
    for number, shot in enumerate(story.shots):
        picture = still(story, number, shot.seconds / 2)
        assert (picture.mode, picture.size) == ("RGB", (WIDTH, HEIGHT))
        assert np.asarray(picture.reduce(4)).std() > 8, f"shot {number} of {title_id} is nearly flat"


@pytest.mark.parametrize("title_id", IDS)
def test_a_shot_drawn_twice_is_the_same_bit_for_bit(title_id):
    story = units.load(title_id)

    def digest() -> str:
        whole = hashlib.sha256()
        for canvas in moments(story, len(story.shots) // 2, 4):
            whole.update(canvas.tobytes())
        return whole.hexdigest()

    assert digest() == digest()


def test_a_shot_can_be_drawn_from_any_moment():
    story = units.load(IDS[0])
    *_, last = moments(story, 1, 5)
    assert still(story, 1, 4 / 12).tobytes() == last.tobytes()


@pytest.mark.parametrize("title_id", IDS)
def test_posters_are_two_to_three(title_id):
    poster = units.load(title_id).poster()
    assert poster.width * 3 == poster.height * 2 and poster.width >= 600


def test_letters_of_the_built_in_typeface_carry_portuguese_marks():
    plain, marked = lettering.mask("PLANTAO", 60), lettering.mask("PLANTÃO", 60)
    assert marked.height > plain.height
    assert lettering.mask("APAGACAO", 60).height < lettering.mask("APAGAÇÃO", 60).height
