"""Keys on disk."""

import pytest

from bitaca_core.errors import InputError
from bitaca_core.security.keys import load_key


def test_made_once_and_private(tmp_path):
    first = load_key(tmp_path / "keys", "media")
    assert load_key(tmp_path / "keys", "media") == first
    assert load_key(tmp_path / "keys", "viewer") != first
    assert (tmp_path / "keys" / "media.key").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["media.key", "viewer.key"]


def test_readable_by_others_or_short_is_refused(tmp_path):
    load_key(tmp_path, "media")
    path = tmp_path / "media.key"
    path.chmod(0o644)
    with pytest.raises(InputError, match="other users"):
        load_key(tmp_path, "media")
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(InputError, match="expected 32 bytes"):
        load_key(tmp_path, "media")
