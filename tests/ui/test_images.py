import random
import struct
import threading
import zlib

import pytest
from PySide6.QtCore import QBuffer, QSize
from PySide6.QtGui import QColor, QImage

from cm_desktop.ui.images import decode, decode_later, picture_format

ROOM = QSize(400, 300)


def encoded(kind, width=40, height=20):
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    assert image.save(buffer, kind)
    return bytes(buffer.data().data())


def png_header(width, height):
    """Return a PNG that says how large it is and then ends."""
    body = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + body
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    )


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_a_small_picture_is_shown_in_its_own_size(kind):
    image = decode(encoded(kind), ROOM)
    assert image.size() == QSize(40, 20)
    assert image.pixelColor(3, 3).red() > 200


def test_a_large_picture_is_made_to_fit_and_keeps_its_proportions():
    image = decode(encoded("png", 2_000, 1_000), ROOM)
    assert image.size() == QSize(400, 200)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><rect/></svg>",
        b"<html>not a picture</html>",
        b"BM" + b"\x00" * 60,
        b"II*\x00" + b"\x00" * 60,
        encoded("png")[:60],
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 200,
        png_header(30_000, 10),
        png_header(2**31 - 1, 2**31 - 1),
        png_header(8_000, 8_000),
        encoded("png") + b"\x00" * (10 * 2**20),
    ],
    ids=[
        "empty", "svg", "html", "bmp", "tiff", "cut", "broken", "long side", "sides of 2^31",
        "64 million pixels", "too many bytes",
    ],
)  # fmt: skip
@pytest.mark.qt_log_ignore("libpng", extend=True)
def test_what_is_no_safe_picture_is_none(content):
    assert decode(content, ROOM) is None


def test_a_picture_with_a_wrong_name_is_known_by_its_first_bytes():
    assert picture_format(encoded("jpeg")) == "jpeg"
    assert picture_format(b"\x89PNG") == ""


@pytest.mark.qt_log_ignore(".", extend=True)
def test_mutated_pictures_never_stop_the_program():
    chance = random.Random(7)
    whole = {kind: encoded(kind) for kind in ("png", "jpeg", "webp")}
    for _round in range(300):
        content = bytearray(whole[chance.choice(list(whole))])
        for _change in range(chance.randint(1, 8)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        image = decode(bytes(content), ROOM)
        assert image is None or image.width() <= 400


def test_a_picture_is_decoded_on_another_thread_and_comes_back_on_the_main_one(qtbot, runner):
    seen = {}

    def content():
        seen["read on"] = threading.current_thread()
        return encoded("png")

    def take(image):
        seen["image"], seen["taken on"] = image, threading.current_thread()

    assert decode_later(runner, "one", content, ROOM, take)
    qtbot.waitUntil(lambda: "image" in seen)
    assert seen["image"].size() == QSize(40, 20)
    assert seen["read on"] is not threading.main_thread()
    assert seen["taken on"] is threading.main_thread()


def test_a_picture_that_is_not_kept_here_is_none(qtbot, runner):
    taken = []
    decode_later(runner, "gone", lambda: None, ROOM, taken.append)
    qtbot.waitUntil(lambda: taken == [None])
