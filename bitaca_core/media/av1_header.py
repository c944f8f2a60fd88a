"""The sequence header of AV1, as far as its colours: what decoders go by, whatever the file around it says.

References
----------
AV1 Bitstream & Decoding Process Specification, "Sequence header OBU syntax" (5.5) and "Color config syntax" (5.5.2);
AV1 Codec ISO Media File Format Binding, "AV1 Codec Configuration Box" (`configOBUs`).
"""

from __future__ import annotations

SEQUENCE_HEADER = 1
CONFIGURATION_BYTES = 4
"""Of the box before its OBUs."""
MAX_OBUS = 16
LEVEL_WITH_TIER = 7


class _Bits:
    """Reads bits, the highest first; zeros after the end."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def read(self, count: int) -> int:
        value = 0
        for _ in range(count):
            byte = self.data[self.at >> 3] if self.at >> 3 < len(self.data) else 0
            value = value << 1 | byte >> (7 - (self.at & 7)) & 1
            self.at += 1
        return value

    def variable(self) -> None:
        """Skip a number in the code of variable length (`uvlc`)."""
        zeros = 0
        while zeros < 32 and not self.read(1):
            zeros += 1
        if zeros < 32:
            self.read(zeros)


def colours(configuration: bytes) -> tuple[int, int, int] | None:
    """Return primaries, transfer and matrix of an `av1C` box's content; None where it does not name them."""
    header = _sequence_header(configuration[CONFIGURATION_BYTES:])
    if header is None:
        return None
    bits = _Bits(header)
    profile = bits.read(3)
    _skip_to_colours(bits)
    high = bits.read(1)
    if profile == 2 and high:
        bits.read(1)
    if profile != 1:
        bits.read(1)
    if not bits.read(1) or bits.at + 24 > 8 * len(header):
        return None
    return bits.read(8), bits.read(8), bits.read(8)


def _sequence_header(obus: bytes) -> bytes | None:
    at = 0
    for _ in range(MAX_OBUS):
        if at >= len(obus):
            return None
        kind, extended, sized = obus[at] >> 3 & 15, obus[at] >> 2 & 1, obus[at] >> 1 & 1
        at += 1 + extended
        size = len(obus) - at
        if sized:
            size = shift = 0
            while at < len(obus) and shift < 56:
                size |= (obus[at] & 0x7F) << shift
                at, shift = at + 1, shift + 7
                if not obus[at - 1] & 0x80:
                    break
        if kind == SEQUENCE_HEADER:
            return obus[at : at + size]
        at += size
    return None


def _skip_to_colours(bits: _Bits) -> None:
    bits.read(1)  # still_picture
    reduced = bits.read(1)
    if reduced:
        bits.read(5)
    else:
        _skip_operating_points(bits)
    widths, heights = bits.read(4) + 1, bits.read(4) + 1
    bits.read(widths + heights)
    if not reduced and bits.read(1):
        bits.read(4 + 3)  # lengths of frame identifiers
    bits.read(3)
    if not reduced:
        bits.read(4)
        ordered = bits.read(1)
        if ordered:
            bits.read(2)
        forced = 2 if bits.read(1) else bits.read(1)  # screen content tools
        if forced and not bits.read(1):
            bits.read(1)
        if ordered:
            bits.read(3)
    bits.read(3)


def _skip_operating_points(bits: _Bits) -> None:
    delay_bits = 0
    if bits.read(1):  # timing_info
        bits.read(64)
        if bits.read(1):
            bits.variable()
        if bits.read(1):  # decoder_model_info
            delay_bits = bits.read(5) + 1
            bits.read(32 + 5 + 5)
    delayed = bits.read(1)
    for _ in range(bits.read(5) + 1):
        bits.read(12)
        if bits.read(5) > LEVEL_WITH_TIER:
            bits.read(1)
        if delay_bits and bits.read(1):
            bits.read(2 * delay_bits + 1)
        if delayed and bits.read(1):
            bits.read(4)
