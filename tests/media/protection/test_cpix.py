"""Keys on their way to a DRM vendor and back: wrapped for one receiver, read with care, never told in errors."""

from __future__ import annotations

import base64
import datetime
import re
from xml.etree import ElementTree

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from bitaca_core.errors import InputError
from bitaca_core.media.conformance.protection import read_pssh
from bitaca_core.media.protection import cpix
from bitaca_core.media.protection.content_key import ContentKey

KEYS = (
    ContentKey(bytes(range(16)), bytes(range(100, 116)), "cbcs", "AUDIO"),
    ContentKey(bytes(range(16, 32)), bytes(range(116, 132)), "cbcs", "UHD"),
    ContentKey(bytes(range(32, 48)), bytes(range(132, 148)), "cenc", "SD"),
    ContentKey(bytes(range(48, 64)), bytes(range(148, 164)), "aes-128", "HD", "ab/60/0"),
)


def certificate(private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "vendor")])
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
        .serial_number(1).not_valid_before(day).not_valid_after(day + datetime.timedelta(days=9999))
        .sign(private, hashes.SHA256())
    )  # fmt: skip
    return made.public_bytes(serialization.Encoding.PEM)


def pem(private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.fixture(scope="module")
def vendor() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def wrapped(vendor: rsa.RSAPrivateKey) -> str:
    return cpix.export("a-pipa-2026", KEYS, certificate(vendor))


def test_wrapped_keys_come_back_for_the_receiver(wrapped: str, vendor: rsa.RSAPrivateKey) -> None:
    assert cpix.read(wrapped.encode(), pem(vendor)) == cpix.Document("a-pipa-2026", KEYS)
    for key in KEYS:
        assert base64.b64encode(key.key).decode() not in wrapped and key.key.hex() not in wrapped


def test_the_same_key_is_never_wrapped_alike(vendor: rsa.RSAPrivateKey, wrapped: str) -> None:
    again = cpix.export("a-pipa-2026", KEYS, certificate(vendor))
    values = re.compile(r"<enc:CipherValue>([^<]+)")
    assert not set(values.findall(wrapped)) & set(values.findall(again))


def test_in_the_clear_on_request(vendor: rsa.RSAPrivateKey) -> None:
    text = cpix.export("pipa", KEYS[:2], None)
    assert "DeliveryData" not in text
    assert cpix.read(text.encode(), None).keys == KEYS[:2]
    assert cpix.read(text.encode(), pem(vendor)).keys == KEYS[:2]


def test_elements_stand_in_the_order_of_the_schema_and_name_every_system(wrapped: str) -> None:
    root = ElementTree.fromstring(wrapped)
    space = f"{{{cpix.CPIX}}}"
    assert [one.tag.removeprefix(space) for one in root] == [
        "DeliveryDataList", "ContentKeyList", "DRMSystemList", "ContentKeyUsageRuleList",
    ]  # fmt: skip
    found = root.findall(f"{space}DRMSystemList/{space}DRMSystem")
    assert len(found) == 2 * 4 + 3, "FairPlay has no cenc, whole segments have no system"
    for one in found:
        pssh = one.find(f"{space}PSSH")
        if pssh is None:
            uri = one.findtext(f"{space}URIExtXKey") or ""
            assert base64.b64decode(uri).startswith(b"skd://")
            continue
        system, kids = read_pssh(base64.b64decode(pssh.text or ""))
        assert system == (one.get("systemId") or "").replace("-", "")
        assert (one.get("kid") or "").replace("-", "") in kids
    rules = root.findall(f"{space}ContentKeyUsageRuleList/{space}ContentKeyUsageRule")
    assert [rule.get("intendedTrackType") for rule in rules] == ["AUDIO", "UHD", "SD", "HD"]


def test_a_vendors_own_words(vendor: rsa.RSAPrivateKey) -> None:
    """Filters instead of labels, no scheme, other prefixes, white space within base64."""
    text = cpix.export("pipa", KEYS[:2], None)
    text = re.sub(r' intendedTrackType="\w+"', "", text).replace(' commonEncryptionScheme="cbcs"', "")
    text = (
        text.replace("pskc:", "p:").replace("xmlns:pskc", "xmlns:p").replace('version="2.3"', 'version="2.4"')
    )
    text = re.sub(r"PlainValue>(....)", r"PlainValue>\n \1\n", text)
    with pytest.raises(InputError, match="commonEncryptionScheme"):
        cpix.read(text.encode(), None)
    assert cpix.read(text.encode(), None, "cbcs").keys == KEYS[:2]


def test_another_receiver_cannot_open_it(wrapped: str) -> None:
    other = rsa.generate_private_key(65537, 2048)
    with pytest.raises(InputError, match="another certificate"):
        cpix.read(wrapped.encode(), pem(other))
    with pytest.raises(InputError, match="wrapped for a certificate"):
        cpix.read(wrapped.encode(), None)
    unnamed = re.sub(r"(?s)<ds:X509Data>.*?</ds:X509Data>", "", wrapped).replace("<DeliveryKey>", "<Nobody>")
    with pytest.raises(InputError, match="does not decrypt with this private key"):
        cpix.read(unnamed.replace("</DeliveryKey>", "</Nobody>").encode(), pem(other))


def edit(old: str, new: str) -> tuple[str, str]:
    return old, new


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (edit(r"<pskc:ValueMAC>....", "<pskc:ValueMAC>AAAA"), "MAC does not hold"),
        (edit(r"(?s)(<ContentKey .*?<enc:CipherValue>)....", r"\1AAAA"), "MAC does not hold"),
        (edit(r'ContentKey kid="........-', 'ContentKey kid="zz-'), "is no UUID"),
        (edit(r"(?s)<ContentKey .*</ContentKey>", ""), "0 keys"),
        (edit(r"(?s)<ContentKeyUsageRule .*?</ContentKeyUsageRule>", ""), "ContentKeyUsageRule"),
        (edit(r'intendedTrackType="AUDIO"><AudioFilter/>', 'intendedTrackType="X">'), "neither"),
        (edit(r'kid="10111213[^"]+"( common)', r'kid="00010203-0405-0607-0809-0a0b0c0d0e0f"\1'), "same kid"),
        (edit("aes256-cbc", "aes128-cbc"), "is encrypted by"),
        (edit('version="2.3"', 'version="9"'), "expected one of"),
        (edit(cpix.CPIX, "urn:else"), "no CPIX document"),
        (edit("<enc:CipherValue>", "<enc:CipherValue>*"), "no base64"),
        (edit(r"(?s)(<ContentKey [^>]*>)\s*<Data>.*?</Data>", r"\1"), "brings no key"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(
    change: tuple[str, str], words: str, wrapped: str, vendor: rsa.RSAPrivateKey
) -> None:
    spoiled = re.sub(change[0], change[1], wrapped, count=0 if change[0] in ("aes256-cbc", cpix.CPIX) else 1)
    assert spoiled != wrapped
    with pytest.raises(InputError, match=words) as refused:
        cpix.read(spoiled.encode(), pem(vendor))
    assert not any(key.key.hex() in str(refused.value) for key in KEYS)


def test_no_entity_and_no_other_file_is_opened() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><CPIX xmlns="urn:dashif:org:cpix">&b;</CPIX>'
    with pytest.raises(InputError, match="document type"):
        cpix.read(bomb.encode(), None)
    with pytest.raises(InputError, match="no XML") as broken:
        cpix.read(b'<CPIX\n xmlns="urn:dashif:org:cpix">\n<a></b></CPIX>', None)
    assert (broken.value.line, broken.value.column) == (3, 6)
    with pytest.raises(InputError, match="larger than"):
        cpix.read(b" " * (cpix.MAX_BYTES + 1), None)


def test_certificates_that_are_none() -> None:
    small = rsa.generate_private_key(65537, 1024)
    for data in (b"", b"no", certificate(small), certificate(ec.generate_private_key(ec.SECP256R1()))):
        with pytest.raises(InputError):
            cpix.export("pipa", KEYS, data)
    for private in (b"no key", pem(ec.generate_private_key(ec.SECP256R1()))):
        with pytest.raises(InputError, match="private key"):
            cpix.read(
                cpix.export("pipa", KEYS, certificate(rsa.generate_private_key(65537, 2048))).encode(),
                private,
            )


def test_any_damage_is_bad_input(wrapped: str, vendor: rsa.RSAPrivateKey) -> None:
    import random

    private = pem(vendor)
    for seed in range(150):
        draw = random.Random(seed)
        data = bytearray(wrapped.encode())
        for _ in range(draw.randint(1, 4)):
            data[draw.randrange(len(data))] = draw.randrange(32, 127)
        try:
            cpix.read(bytes(data), private)
        except InputError:
            continue
