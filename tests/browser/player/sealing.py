"""Encrypts a packaged title: whole segments for HLS (AES-128), samples for EME (cenc, cbcs) with Shaka Packager."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bitaca_core.media.tools import ffmpeg, packager

KEYS = {"first.key": bytes(range(16)), "second.key": bytes(range(16, 32))}
IV = bytes.fromhex("00112233445566778899aabbccddeeff")
# The media sequence number from which the second key holds; its number is the vector.
CHANGE = 4


def encrypt(body: bytes, key: bytes, iv: bytes) -> bytes:
    """Return a body as METHOD=AES-128 wants it: CBC, PKCS#7 padding."""
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return encryptor.update(padder.update(body) + padder.finalize()) + encryptor.finalize()


def seal_segments(package: Path, folder: Path) -> Path:
    """Write the title again with whole segments encrypted; return its folder.

    Initialization sections have the first key and a written vector, the key changes in the middle, the last segment
    is clear, and the sound lies in one resource with byte ranges.
    """
    shutil.copytree(package, folder)
    for name, key in KEYS.items():
        (folder / name).write_bytes(key)
    for playlist in [*folder.glob("video/*/playlist.m3u8"), *folder.glob("audio/*/playlist.m3u8")]:
        _seal_playlist(playlist, ranged=playlist.parent.parent.name == "audio")
    return folder


def _seal_playlist(playlist: Path, *, ranged: bool) -> None:
    media, first, second = playlist.parent, KEYS["first.key"], KEYS["second.key"]
    names = re.findall(r"^(seg-\d+\.m4s)$", playlist.read_text(), re.MULTILINE)
    head, rest = playlist.read_text().split("#EXT-X-MAP", 1)
    lines = [
        head.strip(),
        f'#EXT-X-KEY:METHOD=AES-128,URI="../../first.key",IV=0x{IV.hex()}',
        *("#EXT-X-MAP" + rest).strip().splitlines(),
    ]
    (media / "init.mp4").write_bytes(encrypt((media / "init.mp4").read_bytes(), first, IV))
    whole = b""
    written: list[str] = []
    for line in lines:
        if line not in names:
            written.append(line)
            continue
        number = names.index(line) + 1
        body = (media / line).read_bytes()
        at = next(place for place in range(len(written) - 1, 0, -1) if written[place].startswith("#EXTINF"))
        if number == CHANGE:
            written.insert(at, '#EXT-X-KEY:METHOD=AES-128,URI="../../second.key"')
        if number == len(names):
            written.insert(at, "#EXT-X-KEY:METHOD=NONE")
        elif number >= CHANGE:
            body = encrypt(body, second, number.to_bytes(16, "big"))
        else:
            body = encrypt(body, first, IV)
        if ranged:
            written += [f"#EXT-X-BYTERANGE:{len(body)}@{len(whole)}", "all.m4s"]
            whole += body
            (media / line).unlink()
        else:
            (media / line).write_bytes(body)
            written.append(line)
    if ranged:
        (media / "all.m4s").write_bytes(whole)
    playlist.write_text("\n".join(written) + "\n")


# Identifier and key of each label: a rung, the other one, the sound.
LICENCES = {
    label: (bytes([first, *range(1, 16)]), bytes([first, *range(241, 256)]))
    for label, first in (("HD", 16), ("SD", 32), ("AUDIO", 48))
}
CLEAR_KEY = "urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e"


def seal_samples(video: Path, folder: Path, scheme: str) -> Path:
    """Package 12 s of a video with its samples encrypted, as HLS and DASH; return the folder.

    Each rung and the sound have a key of their own. The MPD names a licence server beside it, the playlists the files
    of the keys (KEYFORMAT identity).
    """
    folder.mkdir(parents=True)
    for name, height in (("hd", 360), ("sd", 180)):
        command = [ffmpeg(), "-v", "error", "-y", "-i", str(video), "-t", "12", "-map", "0:v"]
        command += ["-map", "0:a:0"] if name == "hd" else []
        command += [
            "-vf",
            f"scale=-2:{height}",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-g",
            "30",
            "-c:a",
            "aac",
        ]
        subprocess.run([*command, str(folder / f"{name}.mp4")], check=True)
    inputs = [
        "in=hd.mp4,stream=audio,init_segment=a/init.mp4,segment_template=a/$Number$.m4s,playlist_name=a.m3u8,"
        "hls_group_id=a,hls_name=a,drm_label=AUDIO",
        "in=hd.mp4,stream=video,init_segment=v/init.mp4,segment_template=v/$Number$.m4s,playlist_name=v.m3u8,drm_label=HD",
        "in=sd.mp4,stream=video,init_segment=w/init.mp4,segment_template=w/$Number$.m4s,playlist_name=w.m3u8,drm_label=SD",
    ]
    keys = ",".join(
        f"label={label}:key_id={kid.hex()}:key={key.hex()}" for label, (kid, key) in LICENCES.items()
    )
    options = [
        "--enable_raw_key_encryption",
        "--keys",
        keys,
        "--protection_scheme",
        scheme,
        "--clear_lead",
        "0",
    ]
    options += ["--segment_duration", "4", "--generate_static_live_mpd", "--mpd_output", "stream.mpd"]
    options += ["--hls_master_playlist_output", "master.m3u8", "--protection_systems", "CommonSystem"]
    subprocess.run([packager(), *inputs, *options], cwd=folder, check=True, capture_output=True)
    mpd = folder / "stream.mpd"
    laurl = f'<ContentProtection schemeIdUri="{CLEAR_KEY}"><Laurl xmlns="https://dashif.org/CPS">licence</Laurl></ContentProtection>'
    mpd.write_text(
        re.sub(
            r'<ContentProtection schemeIdUri="urn:uuid:1077efec.*?</ContentProtection>',
            laurl,
            mpd.read_text(),
            flags=re.DOTALL,
        )
    )
    method = {"cenc": "SAMPLE-AES-CTR", "cbcs": "SAMPLE-AES"}[scheme]
    for name, label in (("a", "AUDIO"), ("v", "HD"), ("w", "SD")):
        (folder / f"{label}.key").write_bytes(LICENCES[label][1])
        playlist = folder / f"{name}.m3u8"
        lines = [line for line in playlist.read_text().splitlines() if not line.startswith("#EXT-X-KEY")]
        lines.insert(1, f'#EXT-X-KEY:METHOD={method},URI="{label}.key",KEYFORMAT="identity"')
        playlist.write_text("\n".join(lines) + "\n")
    return folder


def answer_licence(body: bytes, _headers: object = None, *, without: frozenset[str] = frozenset()) -> bytes:
    """Return the licence for a Clear Key request: a JSON Web Key set, lacking the keys of some labels."""

    def encoded(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    known = {encoded(kid): encoded(key) for label, (kid, key) in LICENCES.items() if label not in without}
    wanted = json.loads(body)["kids"]
    keys = [{"kty": "oct", "kid": kid, "k": known[kid]} for kid in wanted if kid in known]
    return json.dumps({"keys": keys, "type": "temporary"}).encode()
