"""Proofs that a token is used by the one it was given to (DPoP, RFC 9449), with ES256."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import msgspec

from cm_desktop.connectors.http import Answer, Ask, Http
from cm_desktop.connectors.http_errors import reason_of
from cm_desktop.domain.errors import SignInNeededError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

NONCE_WANTED = "use_dpop_nonce"
_BYTES = 32  # of each number of the curve P-256


class ProofKey:
    """A key of our own, and the nonces that servers want to see in its proofs."""

    def __init__(self, number: str = "") -> None:
        """Take a key as `number` gave it, or make a fresh one.

        Raises SignInNeededError for what is no key.
        """
        self._number = number
        self._nonces: dict[str, str] = {}

    @property
    def number(self) -> str:
        """The private key as hexadecimal digits; a secret."""
        return f"{self._key.private_numbers().private_value:064x}"

    def proof(self, method: str, url: str, access: str = "") -> dict[str, str]:
        """Return the header that proves one request, with the token it uses if there is one."""
        parts = urlsplit(url)
        said: dict[str, object] = {
            "jti": secrets.token_urlsafe(16),
            "htm": method,
            "htu": urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")),
            "iat": int(time.time()),
        }
        if nonce := self._nonces.get(parts.netloc):
            said["nonce"] = nonce
        if access:
            said["ath"] = _base64(hashlib.sha256(access.encode()).digest())
        return {"DPoP": self._signed(said)}

    def learn(self, answer: Answer) -> None:
        """Keep the nonce that a server wants to see next."""
        nonce = answer.headers.get("dpop-nonce", "")
        if nonce and len(nonce) <= 1_000 and nonce.isascii():
            self._nonces[urlsplit(answer.url).netloc] = nonce

    def post(self, http: Http, url: str, form: Mapping[str, str]) -> Answer:
        """Send a form with a proof, once more where a nonce is wanted; 400 and 401 come back."""
        answer = self._post(http, url, form)
        wants_nonce = answer.status in (400, 401) and reason_of(answer.body) == NONCE_WANTED
        return self._post(http, url, form) if wants_nonce else answer

    def _post(self, http: Http, url: str, form: Mapping[str, str]) -> Answer:
        answer = http.ask(
            Ask(
                method="POST",
                path=url,
                form=form,
                headers=self.proof("POST", url),
                elsewhere=True,
                accept=(400, 401),
            )
        )
        self.learn(answer)
        return answer

    def _signed(self, said: Mapping[str, object]) -> str:
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
        from cryptography.hazmat.primitives.hashes import SHA256

        head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self._public}
        text = ".".join(_base64(msgspec.json.encode(part)) for part in (head, said))
        numbers = decode_dss_signature(self._key.sign(text.encode(), ECDSA(SHA256())))
        signature = b"".join(number.to_bytes(_BYTES, "big") for number in numbers)
        return f"{text}.{_base64(signature)}"

    @cached_property
    def _key(self) -> EllipticCurvePrivateKey:
        from cryptography.hazmat.primitives.asymmetric import ec

        if not self._number:
            return ec.generate_private_key(ec.SECP256R1())
        try:
            return ec.derive_private_key(int(self._number, 16), ec.SECP256R1())
        except ValueError:
            raise SignInNeededError("bad_key") from None

    @cached_property
    def _public(self) -> dict[str, str]:
        numbers = self._key.public_key().public_numbers()
        x, y = (number.to_bytes(_BYTES, "big") for number in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": _base64(x), "y": _base64(y)}


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
