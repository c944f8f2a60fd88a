"""What the models read becomes what search knows."""

from bitaca_core.derona.joining import COMPANIES
from bitaca_core.search import company


def test_search_knows_every_company():
    assert set(COMPANIES.values()) <= set(company.COMPANIES)
