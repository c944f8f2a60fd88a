"""After an insult the page gets a calm line for a while; a cry for help is answered at once."""

from __future__ import annotations

from .page import Page


async def test_a_pause_begins_with_an_insult_and_ends_by_itself(house, viewer):
    page, other = Page(viewer), Page(house.services.viewers.create_viewer())
    await page.open(house.context)
    await other.open(house.context)

    async def said(to: Page, name: str, text: str) -> str:
        to.ask(name, text)
        await to.read_all()
        return to.answers[name]

    assert "sua puta" in await said(page, "m0", "sua puta")
    assert await said(page, "m1", "um drama") == "Pausa curta."
    assert "um drama" in await said(other, "m0", "um drama")
    assert "quero morrer" in await said(page, "m2", "quero morrer")
    house.clock.now += house.settings.chat_pause_minutes * 60 + 1
    assert "um drama" in await said(page, "m3", "um drama")
    for one in (page, other):
        await one.lose(code=1001)
