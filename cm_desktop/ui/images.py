"""Pictures of others, decoded with limits and never on the thread of the window.

The only file that decodes pictures. SVG is not among the formats: a drawing of one kilobyte can
keep a computer busy for half a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from cm_desktop.ui.runner import Done, Outcome, Runner

MOST_BYTES: Final = 10 * 2**20
MOST_PIXELS: Final = 40_000_000
LONGEST_SIDE: Final = 12_000
_MEGABYTES: Final = 256


def picture_format(content: bytes) -> str:
    """Return "png", "jpeg", "gif" or "webp" by the first bytes, else ""."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return ""


def decode(content: bytes, room: QSize) -> QImage | None:
    """Return a picture no larger than `room` (pixels, proportions kept), or None.

    None for what is no PNG, JPEG, GIF or WebP, is broken, or exceeds 10 MiB, 40 million
    pixels or 12,000 pixels a side. Of an animation the first frame. Call it on a thread
    of the runner, not on the window's.
    """
    kind = picture_format(content)
    if not kind or len(content) > MOST_BYTES:
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    QImageReader.setAllocationLimit(_MEGABYTES)
    reader = QImageReader(buffer, QByteArray(kind.encode()))
    reader.setAutoDetectImageFormat(False)
    reader.setDecideFormatFromContent(False)
    reader.setAutoTransform(True)
    size = reader.size()
    if not _is_bearable(size):
        return None
    if size.width() > room.width() or size.height() > room.height():
        turned = bool(reader.transformation().value & 4)  # a quarter turn
        fitting = room.transposed() if turned else room
        scaled = size.scaled(fitting, Qt.AspectRatioMode.KeepAspectRatio)
        reader.setScaledSize(scaled.expandedTo(QSize(1, 1)))
    image = reader.read()
    return None if image.isNull() else image


def decode_later(
    runner: Runner,
    key: str,
    content: Callable[[], bytes | None],
    room: QSize,
    then: Callable[[QImage | None], None],
) -> bool:
    """Read and decode on a thread; `then` gets the picture, or None, on the main thread.

    `content` runs on the thread, too. False if a job of this key is already running.
    """

    def job() -> QImage | None:
        found = content()
        return None if found is None else decode(found, room)

    def deliver(outcome: Outcome[QImage | None]) -> None:
        then(outcome.value if isinstance(outcome, Done) else None)

    return runner.submit(f"picture {key}", job, deliver)


def _is_bearable(size: QSize) -> bool:
    return (
        size.isValid()
        and 0 < size.width() <= LONGEST_SIDE
        and 0 < size.height() <= LONGEST_SIDE
        and size.width() * size.height() <= MOST_PIXELS
    )
