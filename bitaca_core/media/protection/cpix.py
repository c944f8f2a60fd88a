"""Content keys for a DRM vendor and from one: CPIX, in which keys travel wrapped for the receiver's certificate.

Written to DASH-IF CPIX 2.3: ContentKeyList, DRMSystemList, ContentKeyUsageRuleList; DeliveryDataList with a document key
(RSA-OAEP) that encrypts each content key (AES-256-CBC, the vector in front) and a MAC of each (HMAC-SHA512).

Departures: one receiver a document; no signatures (XML-DSig); keys of AES-128 have no system and no usage rule but their
label, and travel with the contents that they belong to in an attribute of our own name space.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID
from xml.sax.saxutils import quoteattr

from cryptography import x509
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bitaca_core.errors import InputError
from bitaca_core.media.protection import systems
from bitaca_core.media.protection.content_key import ContentKey
from bitaca_core.media.protection.policy import HD_PIXELS, LABELS, SD_PIXELS, Label, Scheme

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

VERSIONS = ("2.2", "2.3", "2.3.1", "2.4")
CPIX = "urn:dashif:org:cpix"
PSKC = "urn:ietf:params:xml:ns:keyprov:pskc"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
OWN = "urn:bitaca:cpix:1"
OAEP = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
AES_CBC = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
HMAC_SHA512 = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha512"
MAX_BYTES = 4 * 2**20
MAX_KEYS = 10_000
BLOCK_BITS = 128
LEAST_RSA_BITS = 2048
UNLABELLED = "a ContentKey without a ContentKeyUsageRule: nothing says what it encrypts"


@dataclass(frozen=True, slots=True)
class Document:
    """What a CPIX document brings: the contents that it is about, and its keys."""

    content_id: str
    keys: tuple[ContentKey, ...]


def export(
    title_id: str,
    keys: Sequence[ContentKey],
    certificate: bytes | None,
    draw: Callable[[int], bytes] = secrets.token_bytes,
) -> str:
    """Return a document with these keys.

    Parameters
    ----------
    certificate : bytes or None
        The receiver's X.509 certificate (PEM or DER) with an RSA key; None writes the keys in the clear.

    Raises
    ------
    InputError
        The certificate cannot be read, or its key is no RSA key of 2048 bits or more.
    """
    if certificate is None:
        wrap: Callable[[bytes], list[str]] = _in_the_clear
        delivery: list[str] = []
    else:
        read = _certificate(certificate)
        public = read.public_key()
        if not isinstance(public, RSAPublicKey) or public.key_size < LEAST_RSA_BITS:
            raise InputError(f"the certificate has no RSA key of {LEAST_RSA_BITS} bits or more", kind="cpix")
        document_key, mac_key = draw(32), draw(64)
        wrap = lambda key: _wrapped(key, document_key, mac_key, draw(16))  # noqa: E731
        delivery = _delivery(read, public, document_key, mac_key)
    schemes = {key.kid: key.scheme for key in keys if key.scheme != "aes-128"}
    return "\n".join([
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<CPIX xmlns="{CPIX}" xmlns:pskc="{PSKC}" xmlns:ds="{DSIG}" xmlns:enc="{XENC}" xmlns:bitaca="{OWN}"'
        f' contentId={quoteattr(title_id)} version="2.3">',
        *delivery,
        "  <ContentKeyList>",
        *(line for key in keys for line in _content_key(key, wrap)),
        "  </ContentKeyList>",
        *_systems(title_id, [key for key in keys if key.kid in schemes]),
        *_rules(keys),
        "</CPIX>",
        "",
    ])  # fmt: skip


def read(data: bytes, private_key: bytes | None, scheme: Scheme | None = None) -> Document:
    """Return the keys of a document.

    Parameters
    ----------
    private_key : bytes or None
        PEM of our RSA key, where the document's keys are wrapped for its certificate.
    scheme : str or None
        What keys are for that do not say it (`commonEncryptionScheme`).

    Raises
    ------
    InputError
        Not such a document, not for this key, or damaged; with line and column where it is no XML.
    """
    import defusedxml.ElementTree
    from defusedxml import DefusedXmlException

    if len(data) > MAX_BYTES:
        raise InputError(f"larger than {MAX_BYTES} bytes, which no document is", kind="cpix")
    try:
        root = defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise InputError(
            f"a document type declaration or an entity, which CPIX has not ({type(error).__name__})",
            kind="cpix",
        ) from None
    except defusedxml.ElementTree.ParseError as error:
        line, column = error.position
        raise InputError("no XML", kind="cpix", line=line, column=column + 1) from None
    if root.tag != f"{{{CPIX}}}CPIX":
        raise InputError(f"no CPIX document: the root is {root.tag[:100]!r}", kind="cpix")
    if root.get("version", "2.3") not in VERSIONS:
        raise InputError(f"CPIX {root.get('version')!r}: expected one of {', '.join(VERSIONS)}", kind="cpix")
    rows = root.findall(f"{{{CPIX}}}ContentKeyList/{{{CPIX}}}ContentKey")
    if not 0 < len(rows) <= MAX_KEYS:
        raise InputError(f"{len(rows)} keys: expected 1 to {MAX_KEYS}", kind="cpix")
    unwrap = _Unwrap(root, private_key)
    labels = _labels(root)
    keys: list[ContentKey] = []
    for number, row in enumerate(rows, 1):
        keys.append(_key(row, number, unwrap, labels, scheme))
    if len({key.kid for key in keys}) != len(keys):
        raise InputError("two ContentKey elements have the same kid", kind="cpix")
    return Document(root.get("contentId") or root.get("id") or "", tuple(keys))


# -- writing


def _delivery(
    certificate: x509.Certificate, public: RSAPublicKey, document_key: bytes, mac_key: bytes
) -> list[str]:
    der = _base64(certificate.public_bytes(serialization.Encoding.DER))
    return [
        "  <DeliveryDataList>",
        "    <DeliveryData>",
        "      <DeliveryKey><ds:X509Data><ds:X509Certificate>" + der + "</ds:X509Certificate></ds:X509Data></DeliveryKey>",
        f'      <DocumentKey Algorithm="{AES_CBC}">',
        "        <Data><pskc:Secret>",
        *(f"          {line}" for line in _encrypted("pskc:EncryptedValue", OAEP, public.encrypt(document_key, _oaep()))),
        "        </pskc:Secret></Data>",
        "      </DocumentKey>",
        f'      <MACMethod Algorithm="{HMAC_SHA512}">',
        *(f"        {line}" for line in _encrypted("Key", OAEP, public.encrypt(mac_key, _oaep()))),
        "      </MACMethod>",
        "    </DeliveryData>",
        "  </DeliveryDataList>",
    ]  # fmt: skip


def _encrypted(name: str, algorithm: str, value: bytes) -> list[str]:
    return [
        f"<{name}>",
        f'  <enc:EncryptionMethod Algorithm="{algorithm}"/>',
        f"  <enc:CipherData><enc:CipherValue>{_base64(value)}</enc:CipherValue></enc:CipherData>",
        f"</{name}>",
    ]


def _content_key(key: ContentKey, wrap: Callable[[bytes], list[str]]) -> list[str]:
    more = f' commonEncryptionScheme="{key.scheme}"' if key.scheme != "aes-128" else ""
    own = f" bitaca:content={quoteattr(key.content)}" if key.content else ""
    return [
        f'    <ContentKey kid="{key.uuid}"{more}{own}>',
        "      <Data><pskc:Secret>",
        *(f"        {line}" for line in wrap(key.key)),
        "      </pskc:Secret></Data>",
        "    </ContentKey>",
    ]


def _in_the_clear(key: bytes) -> list[str]:
    return [f"<pskc:PlainValue>{_base64(key)}</pskc:PlainValue>"]


def _wrapped(key: bytes, document_key: bytes, mac_key: bytes, iv: bytes) -> list[str]:
    padder = padding.PKCS7(BLOCK_BITS).padder()
    sealer = Cipher(algorithms.AES(document_key), modes.CBC(iv)).encryptor()
    value = iv + sealer.update(padder.update(key) + padder.finalize()) + sealer.finalize()
    mac = _base64(hmac.digest(mac_key, value, "sha512"))
    return [*_encrypted("pskc:EncryptedValue", AES_CBC, value), f"<pskc:ValueMAC>{mac}</pskc:ValueMAC>"]


def _systems(title_id: str, keys: Sequence[ContentKey]) -> list[str]:
    if not keys:
        return []
    out = ["  <DRMSystemList>"]
    for key in keys:
        kids = [one.kid for one in keys if one.scheme == key.scheme]
        made = [
            (systems.WIDEVINE, systems.widevine(kids, key.scheme, title_id)),
            (systems.PLAYREADY, systems.playready(kids, key.scheme)),
            (systems.COMMON, systems.common(kids)),
        ]
        for system_id, pssh in made:
            name = systems.urn(system_id).removeprefix("urn:uuid:")
            out.append(
                f'    <DRMSystem kid="{key.uuid}" systemId="{name}"><PSSH>{_base64(pssh)}</PSSH></DRMSystem>'
            )
        if key.scheme == "cbcs":
            name = systems.urn(systems.FAIRPLAY).removeprefix("urn:uuid:")
            uri = _base64(f"skd://{key.kid.hex()}".encode())
            out.append(
                f'    <DRMSystem kid="{key.uuid}" systemId="{name}"><URIExtXKey>{uri}</URIExtXKey></DRMSystem>'
            )
    return [*out, "  </DRMSystemList>"]


def _rules(keys: Sequence[ContentKey]) -> list[str]:
    filters = {
        "AUDIO": "<AudioFilter/>",
        "SD": f'<VideoFilter maxPixels="{SD_PIXELS}"/>',
        "HD": f'<VideoFilter minPixels="{SD_PIXELS + 1}" maxPixels="{HD_PIXELS}"/>',
        "UHD": f'<VideoFilter minPixels="{HD_PIXELS + 1}"/>',
    }
    rules = [
        f'    <ContentKeyUsageRule kid="{key.uuid}" intendedTrackType="{key.label}">{filters[key.label]}'
        "</ContentKeyUsageRule>"
        for key in keys
    ]
    return ["  <ContentKeyUsageRuleList>", *rules, "  </ContentKeyUsageRuleList>"]


# -- reading


class _Unwrap:
    """Opens the secrets of a document."""

    def __init__(self, root: Element, private_key: bytes | None) -> None:
        self.document_key = self.mac_key = b""
        deliveries = root.findall(f"{{{CPIX}}}DeliveryDataList/{{{CPIX}}}DeliveryData")
        if not deliveries or private_key is None:
            return
        private = _private(private_key)
        mine = [one for one in deliveries if _is_for(one, private)]
        if not mine:
            raise InputError("its keys are wrapped for another certificate", kind="cpix")
        secret = mine[0].find(
            f"{{{CPIX}}}DocumentKey/{{{CPIX}}}Data/{{{PSKC}}}Secret/{{{PSKC}}}EncryptedValue"
        )
        mac = mine[0].find(f"{{{CPIX}}}MACMethod/{{{CPIX}}}Key")
        self.document_key = _by_rsa(private, secret, "DocumentKey")
        if mac is not None:
            self.mac_key = _by_rsa(private, mac, "MACMethod")
        if len(self.document_key) != 32:
            raise InputError("the document key has no 32 bytes", kind="cpix")

    def __call__(self, secret: Element, which: str) -> bytes:
        plain = secret.find(f"{{{PSKC}}}PlainValue")
        if plain is not None:
            return _bytes(plain.text, f"{which}: PlainValue")
        sealed = secret.find(f"{{{PSKC}}}EncryptedValue")
        if sealed is None:
            raise InputError(f"{which} has neither PlainValue nor EncryptedValue", kind="cpix")
        if not self.document_key:
            raise InputError(
                f"{which} is wrapped for a certificate",
                kind="cpix",
                hint="Give its private key: --private-key FILE",
            )
        value = _cipher_value(sealed, AES_CBC, which)
        if self.mac_key:
            mac = secret.find(f"{{{PSKC}}}ValueMAC")
            said = _bytes(mac.text if mac is not None else None, f"{which}: ValueMAC")
            if not hmac.compare_digest(said, hmac.digest(self.mac_key, value, "sha512")):
                raise InputError(f"{which} was changed: its MAC does not hold", kind="cpix")
        try:
            opener = Cipher(algorithms.AES(self.document_key), modes.CBC(value[:16])).decryptor()
            remover = padding.PKCS7(BLOCK_BITS).unpadder()
            padded = opener.update(value[16:]) + opener.finalize()
            return remover.update(padded) + remover.finalize()
        except ValueError:
            raise InputError(f"{which} does not decrypt", kind="cpix") from None


def _key(
    row: Element, number: int, unwrap: _Unwrap, labels: dict[bytes, Label], scheme: Scheme | None
) -> ContentKey:
    which = f"ContentKey {number}"
    kid = _uuid(row.get("kid"), which)
    secret = row.find(f"{{{CPIX}}}Data/{{{PSKC}}}Secret")
    if secret is None:
        raise InputError(f"{which} ({row.get('kid')}) brings no key", kind="cpix")
    key = unwrap(secret, which)
    if len(key) != 16:
        raise InputError(f"{which} has {len(key)} bytes, expected 16", kind="cpix")
    content = row.get(f"{{{OWN}}}content", "")
    said: Any = row.get("commonEncryptionScheme") or ("aes-128" if content else scheme)
    if said not in ("cbcs", "cenc", "aes-128"):
        raise InputError(
            f"{which} does not say cbcs or cenc (commonEncryptionScheme={said!r})", kind="cpix",
            hint="Say it with --scheme",
        )  # fmt: skip
    if kid not in labels:
        raise InputError(f"{which}: {UNLABELLED}", kind="cpix")
    return ContentKey(kid, key, said, labels[kid], content)


def _labels(root: Element) -> dict[bytes, Label]:
    found: dict[bytes, Label] = {}
    rules = root.findall(f"{{{CPIX}}}ContentKeyUsageRuleList/{{{CPIX}}}ContentKeyUsageRule")
    for number, rule in enumerate(rules[:MAX_KEYS], 1):
        kid = _uuid(rule.get("kid"), f"ContentKeyUsageRule {number}")
        label = rule.get("intendedTrackType")
        known = next((one for one in LABELS if one == label), None)
        if known is None:
            video = rule.find(f"{{{CPIX}}}VideoFilter")
            known = "AUDIO" if rule.find(f"{{{CPIX}}}AudioFilter") is not None else None
            if known is None and video is not None:
                known = _by_pixels(video)
        if known is None:
            raise InputError(
                f"ContentKeyUsageRule {number} says neither {', '.join(LABELS)} nor a filter", kind="cpix"
            )
        found[kid] = known
    return found


def _by_pixels(video: Element) -> Label:
    least = video.get("minPixels", "0")
    pixels = int(least) if least.isdigit() and len(least) < 12 else 0
    return "SD" if pixels < SD_PIXELS else "HD" if pixels < HD_PIXELS else "UHD"


def _is_for(delivery: Element, private: RSAPrivateKey) -> bool:
    held = delivery.find(f"{{{CPIX}}}DeliveryKey/{{{DSIG}}}X509Data/{{{DSIG}}}X509Certificate")
    if held is None:
        return True  # nothing says for whom: trying tells
    try:
        public = _certificate(_bytes(held.text, "X509Certificate")).public_key()
    except InputError:
        return False
    return (
        isinstance(public, RSAPublicKey) and public.public_numbers() == private.public_key().public_numbers()
    )


def _by_rsa(private: RSAPrivateKey, sealed: Element | None, which: str) -> bytes:
    if sealed is None:
        raise InputError(f"{which} is not there", kind="cpix")
    try:
        return private.decrypt(_cipher_value(sealed, OAEP, which), _oaep())
    except ValueError:
        raise InputError(f"{which} does not decrypt with this private key", kind="cpix") from None


def _cipher_value(sealed: Element, algorithm: str, which: str) -> bytes:
    method = sealed.find(f"{{{XENC}}}EncryptionMethod")
    said = method.get("Algorithm") if method is not None else None
    if said != algorithm:
        raise InputError(f"{which} is encrypted by {said!r}, expected {algorithm}", kind="cpix")
    value = sealed.find(f"{{{XENC}}}CipherData/{{{XENC}}}CipherValue")
    return _bytes(value.text if value is not None else None, f"{which}: CipherValue")


def _certificate(data: bytes) -> x509.Certificate:
    try:
        if data.lstrip().startswith(b"-----"):
            return x509.load_pem_x509_certificate(data)
        return x509.load_der_x509_certificate(data)
    except ValueError as error:
        raise InputError(f"no X.509 certificate: {error}", kind="cpix") from None


def _private(data: bytes) -> RSAPrivateKey:
    try:
        key = serialization.load_pem_private_key(data, None)
    except (ValueError, TypeError):
        raise InputError("no private key in PEM without a passphrase", kind="cpix") from None
    if not isinstance(key, RSAPrivateKey):
        raise InputError("the private key is no RSA key", kind="cpix")
    return key


def _oaep() -> Any:
    # the algorithm of this URI is MGF1 and digest with SHA-1, which is no weakness here
    sha1 = hashes.SHA1()  # noqa: S303
    return rsa_padding.OAEP(rsa_padding.MGF1(sha1), sha1, None)


def _uuid(text: str | None, which: str) -> bytes:
    try:
        return UUID(text or "").bytes
    except ValueError:
        raise InputError(f"{which}: kid={(text or '')[:64]!r} is no UUID", kind="cpix") from None


def _bytes(text: str | None, which: str) -> bytes:
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise InputError(f"{which} is no base64", kind="cpix") from None


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def load(file: Path) -> bytes:
    """Return a small file's bytes; raises InputError."""
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", kind="cpix", file=file) from error
    return data
