"""Servers that can or cannot prove who they are."""

from datetime import UTC, datetime, timedelta

import pytest

from cm_desktop.connectors.http import Http, Limits, bearer
from cm_desktop.connectors.http_tls import tls_context
from cm_desktop.domain.errors import AddressError, OfflineError, UntrustedServerError
from tests.connectors.loopback import serve
from tests.servers.certificates import make_authority, make_certificate

QUICK = Limits(connect_seconds=5, read_seconds=2, seconds=5, retry_seconds=0.01)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    authority = make_authority(folder)
    make_certificate(authority, folder, "good", ("127.0.0.1", "localhost"))
    make_certificate(authority, folder, "expired", ("127.0.0.1",), days=-2)
    make_certificate(authority, folder, "elsewhere", ("bank.example",))
    return folder


def _get(server, **settings):
    client = Http(server.url, settings=settings, authorization=bearer("secret"), limits=QUICK)
    try:
        return client.get("/x")
    finally:
        client.close()


def test_a_server_of_an_authority_we_were_given_is_trusted(folder):
    with serve(folder / "good.pem") as server:
        server.answer("/x", {})
        assert _get(server, ca_file=str(folder / "ca.pem")).status == 200


@pytest.mark.parametrize(
    ("certificate", "known", "problem"),
    [
        ("good", False, "unknown_issuer"),
        ("expired", True, "expired"),
        ("elsewhere", True, "wrong_host"),
        ("ca", False, "unknown_issuer"),
    ],
)
def test_a_server_without_proof_gets_nothing(folder, certificate, known, problem):
    if certificate == "ca":
        _make_self_signed(folder)
    with serve(folder / f"{certificate}.pem" if certificate != "ca" else folder / "self.pem") as s:
        settings = {"ca_file": str(folder / "ca.pem")} if known else {}
        with pytest.raises(UntrustedServerError) as caught:
            _get(s, **settings)
        assert (caught.value.problem, caught.value.host) == (problem, "127.0.0.1")
        assert s.asked == []


def test_a_plain_server_where_tls_was_asked_for_is_told():
    with serve() as server:
        server.scheme = "https"
        with pytest.raises(AddressError) as caught:
            _get(server)
        assert caught.value.problem == "no_tls"


def test_a_tls_server_where_plain_was_asked_for_is_not_taken_for_data(folder):
    with serve(folder / "good.pem") as server:
        server.scheme = "http"
        with pytest.raises(Exception, match=r"RemoteProtocolError|ReadError|not_http"):
            _get(server)


def test_an_authority_file_that_is_none_is_told(folder):
    (folder / "empty.pem").write_text("no certificate")
    for name in ("missing.pem", "empty.pem"):
        with pytest.raises(AddressError) as caught:
            tls_context(str(folder / name))
        assert caught.value.problem == "ca_file"


def test_a_server_that_hangs_in_the_greeting_was_never_reached(folder):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as mute:
        client = Http(
            f"https://127.0.0.1:{mute.getsockname()[1]}", limits=Limits(connect_seconds=0.2)
        )
        with pytest.raises(OfflineError):
            client.get("/x")
        client.close()


def test_usual_authorities_are_known_without_a_file():
    assert len(tls_context().get_ca_certs()) > 50


def _make_self_signed(folder):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "self.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "self.key").write_bytes(key.private_bytes(*pem, serialization.NoEncryption()))
