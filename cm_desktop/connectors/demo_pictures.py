"""Draw the demo's little pictures: pixel art as PNG, made by code so that nobody owns them."""

from __future__ import annotations

import zlib
from functools import cache

_SCALE = 12
_COLOURS = {
    ".": (250, 244, 232),
    "b": (160, 98, 44),
    "B": (112, 64, 26),
    "y": (232, 184, 92),
    "g": (128, 132, 140),
    "G": (72, 76, 84),
    "p": (240, 160, 176),
    "r": (196, 48, 48),
    "w": (255, 255, 255),
    "k": (36, 32, 32),
    "s": (150, 196, 230),
    "t": (84, 150, 84),
}
_PICTURES = {
    "bread": (
        "................ .....bbbbbb..... ...bbybbybbyb... ..bbybbybbybbbb. "
        ".bbbbbbbbbbbbbb. .bByyyyyyyyyyBb. .bByyyyyyyyyyBb. ..BBBBBBBBBBBB.. ................"
    ),
    "cake": (
        ".......r........ .......w........ ....pppppppp.... ....pwpwpwpw.... "
        "..wwwwwwwwwwww.. ..wyyyyyyyyyyw.. .pppppppppppppp. .pwpwpwpwpwpwpp. "
        "wwwwwwwwwwwwwwww wyyyyyyyyyyyyyyw ................"
    ),
    "mouse": (
        "ssssssssssssssss s..............s s...gg...gg....s s..gppg.gppg...s "
        "s..ggggggggg...s s.gkggggkgggg..s s.gggpgggggggGGs s..ggggggggg.G.s "
        "sbbbbbbbbbbbbbbs sbybybybybybybbs ssssssssssssssss"
    ),
    "pretzel": (
        "................ ...BBB....BBB... ..B...BBBB...B.. .B....B..B....B. "
        ".B.....BB.....B. .B....B..B....B. ..B..B....B..B.. ...BB......BB... "
        "...B.BBBBBB.B... ................"
    ),
    "umbrella": (
        "................ ......rrrr...... ....rrrrrrrr.... ..rrrrrrrrrrrr.. "
        ".rrwrrrwwrrrwrr. .......k........ .......k........ .......k........ "
        ".....k.k........ ......k......... ................"
    ),
    "mould": (
        "................ .....bbbbbb..... ...bbybttbbyb... ..bbttbbybttbb.. "
        ".bbbttbbbbtttbb. .bByyyyytyyyyBb. .bByytyyyyyyyBb. ..BBBBBBBBBBBB.. ................"
    ),
}


@cache
def picture(name: str) -> bytes:
    """Return a picture as a PNG of about half a kilobyte."""
    rows = _PICTURES[name].split()
    width, height = len(rows[0]) * _SCALE, len(rows) * _SCALE
    pixels = bytearray()
    for row in rows:
        line = b"".join(bytes(_COLOURS[letter]) * _SCALE for letter in row)
        pixels += (b"\0" + line) * _SCALE
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    body = zlib.compress(bytes(pixels), 9)
    return b"".join(
        (b"\x89PNG\r\n\x1a\n", _chunk(b"IHDR", head), _chunk(b"IDAT", body), _chunk(b"IEND", b""))
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data).to_bytes(4, "big")
    return len(data).to_bytes(4, "big") + kind + data + check
