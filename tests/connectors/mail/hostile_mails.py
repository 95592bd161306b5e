"""Mails that nobody writes by accident. `MAILS` holds them by name; all are bytes."""

import base64

HEAD = (
    b"Received: from a by b; Sat, 21 Nov 2026 10:00:00 +0000\r\n"
    b"From: Mallory <mallory@evil.example>\r\nTo: info@baeckerei.example\r\n"
    b"Message-ID: <hostile@evil.example>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n"
)


def plain(body, *headers):
    return HEAD + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body


def nested(levels):
    """Return multiparts within multiparts."""
    opening = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)
        for level in range(levels)
    )
    return HEAD + opening + b"Content-Type: text/plain\r\n\r\ndeep\r\n"


def mails_in_mails(levels):
    inner = b"Content-Type: message/rfc822\r\n\r\n" * levels
    return HEAD + inner + b"Subject: innermost\r\n\r\nhello\r\n"


def attachment(name):
    disposition = b"attachment; filename=" + name
    return plain(
        b"aGFsbG8=\r\n",
        b"Content-Type: application/octet-stream",
        b"Content-Transfer-Encoding: base64",
        b"Content-Disposition: " + disposition,
    )


LONG = 10_000_000
MAILS = {
    "empty": b"",
    "one line end": b"\r\n",
    "only a header": b"Subject: x",
    "only a body": b"\r\nhello",
    "not a mail at all": bytes(range(256)) * 20,
    "NUL in header and body": plain(b"before\0after", b"Subject: a\0b"),
    "lone surrogates in UTF-8": plain(
        b"a\xed\xa0\xbdb", b"Content-Type: text/plain; charset=utf-8", b"Subject: \xed\xa0\xbd"
    ),
    "lone surrogates in UTF-7": plain(
        b"+2D0-", b"Content-Type: text/plain; charset=utf-7", b"Subject: =?utf-7?q?+2D0-?="
    ),
    "noncharacters": plain("\ufffe\uffff".encode(), b"Content-Type: text/plain; charset=utf-8"),
    "8-bit header names": b"Subj\xe4ct: x\r\n" + plain(b"x"),
    "8-bit letters in each header": plain(
        b"x", b"Subject: \xe4\xf6\xfc", b"Reply-To: \xe4 <\xe4@\xfc.example>"
    ),
    "unknown charset": plain(b"\xe4", b"Content-Type: text/plain; charset=x-klingon"),
    "charset that is a codec": plain(b"x\x9c", b"Content-Type: text/plain; charset=zlib"),
    "charset that is slow": plain(
        b"xn--" + b"a" * 100_000, b"Content-Type: text/plain; charset=idna"
    ),
    "charset undefined": plain(b"x", b"Content-Type: text/plain; charset=undefined"),
    "charset with quotes and spaces": plain(b"x", b"Content-Type: text/plain; charset=' utf 8 \""),
    "UTF-16 that is not": plain(b"odd", b"Content-Type: text/plain; charset=utf-16"),
    "broken base64": plain(b"####\r\n=A", b"Content-Transfer-Encoding: base64"),
    "broken quoted-printable": plain(b"=Z=\r\n==", b"Content-Transfer-Encoding: quoted-printable"),
    "broken uuencode": plain(b"begin 644 x\r\n####", b"Content-Transfer-Encoding: x-uuencode"),
    "unknown encoding": plain(b"x", b"Content-Transfer-Encoding: rot13"),
    "multipart without boundary": plain(b"--x\r\n\r\nx", b"Content-Type: multipart/mixed"),
    "multipart with empty boundary": plain(
        b"--\r\n", b'Content-Type: multipart/mixed; boundary=""'
    ),
    "multipart that never begins": plain(b"x", b"Content-Type: multipart/mixed; boundary=b"),
    "multipart encoded as a whole": plain(
        base64.b64encode(b"--b\r\n\r\nx\r\n--b--"),
        b"Content-Type: multipart/mixed; boundary=b",
        b"Content-Transfer-Encoding: base64",
    ),
    "boundary with bare 8-bit letters": plain(
        b"--\xe4\r\n\r\nx\r\n--\xe4--", b"Content-Type: multipart/mixed; boundary=\xe4"
    ),
    "multiparts 90 deep": nested(90),
    "multiparts 3,000 deep": nested(3_000),
    "multiparts 90 deep with a million lines": nested(90) + b"x\r\n" * 1_000_000,
    "mails in mails, 90 deep": mails_in_mails(90),
    "mails in mails, 3,000 deep": mails_in_mails(3_000),
    "20,000 parts": plain(
        b"--b\r\n\r\nx\r\n" * 20_000, b"Content-Type: multipart/mixed; boundary=b"
    ),
    "20,000 headers": b"X: y\r\n" * 20_000 + plain(b"x"),
    "a line of 10 MB": plain(b"x" * LONG),
    "a header of 10 MB": plain(b"x", b"Subject: " + b"y" * LONG),
    "an address of 1 MB": plain(b"x", b"Reply-To: " + b"a@b.example," * 80_000),
    "addresses in comments, 5,000 deep": plain(b"x", b"Reply-To: " + b"(" * 5_000),
    "encoded words, 20,000 of them": plain(b"x", b"Subject: " + b"=?utf-8?q?a?= " * 20_000),
    "references, 50,000 of them": plain(b"x", b"References: " + b"<a@b> " * 50_000),
    "references without end": plain(b"x", b"References: <" + b"a" * 100_000),
    "an HTML bomb": plain(b"<div>" * 50_000 + b"x", b"Content-Type: text/html"),
    "quotes, 100,000 deep": plain(b">" * 100_000 + b" x"),
    "attributions that never end": plain(
        (b"Am " + b"Am schrieb " * 30 + b"<a@<a@<a@ wrote\r\n") * 400
    ),
    "From headers that never end": plain(b"Von: x\r\n" * 20_000),
    "no Date": b"From: a@b.example\r\nSubject: x\r\n\r\nx",
    "Date of the year 0": b"Date: Sat, 1 Jan 0000 00:00:00 +0000\r\nFrom: a@b.example\r\n\r\nx",
    "Date of the year 9999": b"Date: Fri, 31 Dec 9999 23:59:59 -1200\r\nFrom: a@b.example\r\n\r\nx",
    "Date with a zone of 99 hours": b"Date: Sat, 21 Nov 2026 10:00:00 +9999\r\n\r\nx",
    "Date that is a number": b"Date: 99999999999999999999\r\n\r\nx",
    "two of each header": plain(b"x", b"Message-ID: <other@evil.example>", b"From: a@b.example"),
    "no From": b"To: info@baeckerei.example\r\nSubject: x\r\n\r\nx",
    "From without an address": b"From: nobody\r\n\r\nx",
    "From of a thousand people": b"From: " + b"a@b.example, " * 1_000 + b"\r\n\r\nx",
    "Message-ID without brackets": b"Message-ID: abc\r\n\r\nx",
    "Message-ID with spaces": b"Message-ID: <a b c>\r\n\r\nx",
    "Message-ID of 100,000 letters": b"Message-ID: <" + b"a" * 100_000 + b"@b>\r\n\r\nx",
    "refers to itself": plain(b"x", b"In-Reply-To: <hostile@evil.example>"),
    "injected header in the subject": plain(
        b"x", b"Subject: =?utf-8?q?x=0D=0ABcc=3A_all=40example.test?="
    ),
    "file in another folder": attachment(b'"../../etc/passwd"'),
    "file of Windows": attachment(b'"C:\\Windows\\evil.exe"'),
    "file with a turned name": attachment("\u202egpj.exe".encode()),
    "file with a name of 3,000 letters": attachment(b"a" * 3_000 + b".pdf"),
    "file with a broken name": attachment(b'"unfinished'),
    "file name in pieces out of order": attachment(
        b"x; filename*1*=b; filename*0*=%E4; filename*="
    ),
    "file with a NUL in its name": attachment(b'"a\0b.txt"'),
    "bounce with nothing in it": plain(
        b"--b--", b"Content-Type: multipart/report; report-type=delivery-status; boundary=b"
    ),
    "bounce of itself": plain(
        b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + HEAD + b"\r\nx\r\n--b--",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b",
    ),
    "bare carriage returns": plain(b"one\rtwo\rthree"),
    "form of a mailbox file": b"From mallory Sat Nov 21 10:00:00 2026\n" + plain(b"x"),
    "header continued for ever": plain(b"x", b"Subject: a" + b"\r\n " * 50_000),
}
