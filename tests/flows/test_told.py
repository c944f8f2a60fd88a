"""What the webhook hears of a publication, and where its package goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.store import add_source
from bitaca_core.errors import InputError
from bitaca_core.media.storage import LocalStorage
from bitaca_core.media.storage_s3 import S3Storage
from bitaca_core.media.webhook import Notice
from bitaca_core.settings import Settings
from flows import work


@pytest.fixture
def heard(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[Notice]:
    told: list[Notice] = []
    hooked = settings.model_copy(update={"webhook_url": "https://example.org/", "webhook_secret": "s" * 16})
    monkeypatch.setattr(work, "load_settings", lambda: hooked)
    monkeypatch.setattr(work.webhook, "tell", lambda url, secret, private, notice: told.append(notice))
    return told


def test_a_publication_and_a_failure_are_told_once(
    settings: Settings, heard: list[Notice], film: Path, tmp_path: Path
) -> None:
    add_source(settings.paths, SourceSheet(title_id="film", video=film))
    package_id = work.publish(settings.paths, "film")
    assert [(n.event, n.title_id, n.package_id) for n in heard] == [("published", "film", package_id)]
    work.publish(settings.paths, "film")
    assert len(heard) == 1, "nothing new was published"
    text = tmp_path / "text.mp4"
    text.write_text("no film\n" * 100)
    add_source(settings.paths, SourceSheet(title_id="text", video=text))
    with pytest.raises(InputError):
        work.publish(settings.paths, "text")
    failed = heard[-1]
    assert (failed.event, failed.title_id, failed.package_id, failed.kind) == (
        "failed",
        "text",
        None,
        "not-media",
    )
    assert "not a video file" in failed.message and len(heard) == 2


def test_the_settings_say_where_packages_go(settings: Settings) -> None:
    assert isinstance(work._storage(settings, settings.paths), LocalStorage)
    elsewhere = work._storage(
        settings.model_copy(update={"media_storage": "s3://films/play"}), settings.paths
    )
    assert isinstance(elsewhere, S3Storage) and elsewhere.local.root == settings.paths.media
