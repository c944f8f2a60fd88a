"""Keys of protected titles for whoever may watch them: one package's own, never more, never logged."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from bitaca_core.media import library
from bitaca_core.media.protection import licence
from bitaca_core.media.protection.keys import KeyStore
from bitaca_core.security.origin import parse_list, same_origin
from bitaca_core.settings import Settings
from gradio_app.access import Edge
from gradio_app.errors import Forbidden, NotFound
from gradio_app.limits import Limits

REMEMBERED = 64
"""Packages whose keys are kept unwrapped in memory."""


class Licences:
    """Answers for keys.

    Parameters
    ----------
    settings : Settings
    limits : Limits
        `licences` counts the requests of a viewer.
    """

    def __init__(self, settings: Settings, limits: Limits) -> None:
        self.root = settings.paths.media
        self.store = KeyStore(settings.paths.keys, settings.key_encryption_key_file)
        self.limits = limits
        self.origins = parse_list(settings.allowed_origins)
        self._keys: OrderedDict[tuple[Path, int], dict[bytes, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def admit(self, viewer: str, origin: str, edge: Edge | None) -> None:
        """Count a request of `viewer`, from a page of `origin` ("" where the browser names none).

        Raises
        ------
        Forbidden, RateLimited
        """
        at_home = edge is not None and same_origin(origin, edge.scheme, edge.host)
        if origin and not at_home and not parse_list(origin) & self.origins:
            raise Forbidden("this origin may not ask for keys", kind="origin")
        self.limits.licences.check(viewer)

    def key(self, title_id: str, package_id: str, kid: bytes) -> bytes:
        """Return one key of a package.

        Raises
        ------
        NotFound
            The package does not use this key, or it is kept nowhere.
        """
        key = self._of(title_id, package_id).get(kid)
        if key is None:
            raise NotFound("this title has no such key")
        return key

    def answer(self, title_id: str, package_id: str, body: bytes) -> bytes:
        """Return the licence for a Clear Key request: the keys that are asked for and are the package's.

        Raises
        ------
        InputError
            The request cannot be read.
        NotFound
            None of the keys is this package's.
        """
        kids = licence.wanted(body)
        known = self._of(title_id, package_id)
        found = {kid: known[kid] for kid in kids if kid in known}
        if not found:
            raise NotFound("this title has none of these keys")
        return licence.licence(found)

    def _of(self, title_id: str, package_id: str) -> dict[bytes, bytes]:
        folder = self.root / title_id / package_id
        package = library.package_in(folder)
        if package is None or not package.kids:
            return {}
        try:
            stamp = self.store.file(title_id).stat().st_mtime_ns
        except FileNotFoundError:
            return {}
        with self._lock:
            if (folder, stamp) not in self._keys:
                keys = {one.kid: one.key for one in self.store.keys(title_id) if one.kid in package.kids}
                self._keys[folder, stamp] = keys
                while len(self._keys) > REMEMBERED:
                    self._keys.popitem(last=False)
            return self._keys[folder, stamp]
