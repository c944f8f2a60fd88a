"""The corpus of odd inputs (tests/bench/corpus): every cheap row and a sample of seeded damage."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.corpus.case import Case
from tests.bench.corpus.inputs import CASES
from tests.bench.corpus.mutations import valid_files
from tests.bench.corpus.run import run_case, run_mutation

SEED = 5
MUTATIONS = 40


@pytest.fixture(scope="module")
def valid(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return valid_files(tmp_path_factory.mktemp("valid"))


@pytest.mark.parametrize("case", [case for case in CASES if case.cheap], ids=lambda case: case.name)
def test_odd_input(case: Case) -> None:
    verdict = run_case(case)
    assert verdict.right, (verdict.how, verdict.outcome, verdict.faults)


@pytest.mark.parametrize("number", range(MUTATIONS))
def test_seeded_damage(number: int, valid: list[Path]) -> None:
    verdict = run_mutation(valid, SEED, number)
    assert verdict.right, (verdict.how, verdict.outcome, verdict.faults)


def test_the_corpus_is_large_and_its_names_are_unique() -> None:
    names = [case.name for case in CASES]
    assert len(names) >= 120 and len(set(names)) == len(names)
