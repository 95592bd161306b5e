"""A server that signs people in, played from the AT Protocol's profile of OAuth.

It insists on a nonce, checks every proof, and gives each refresh token once.
"""

import base64
import hashlib
import json
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from tests.connectors.bluesky.fake_network import US


class FakeAuthority:
    """Stands on the same Loopback as the fake network."""

    def __init__(self, network):
        self.network = network
        self.loopback = network.loopback
        self.issuer = network.loopback.url
        self.nonce = "nonce-1"
        self.pushed, self.codes = {}, {}
        self.refresh = None
        self.number = 0
        self.jtis = set()
        self.key = None  # thumbprint of the key that tokens are bound to
        self.sub, self.scope, self.type = US, "atproto transition:generic", "DPoP"
        routes = self.loopback.routes
        routes["/.well-known/oauth-protected-resource"] = self.resource
        routes["/.well-known/oauth-authorization-server"] = self.about
        routes["/oauth/par"] = self.par
        routes["/oauth/token"] = self.token
        routes[f"/{US}"] = self.document
        self._serve = self.loopback.otherwise
        self.loopback.otherwise = self.guarded

    def resource(self, exchange):
        exchange.answer({"resource": self.issuer, "authorization_servers": [self.issuer]})

    def about(self, exchange):
        exchange.answer(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/oauth/authorize",
                "token_endpoint": f"{self.issuer}/oauth/token",
                "pushed_authorization_request_endpoint": f"{self.issuer}/oauth/par",
            }
        )

    def document(self, exchange):
        service = {"id": "#atproto_pds", "serviceEndpoint": self.issuer}
        exchange.answer({"id": self.sub, "service": [service]})

    def par(self, exchange):
        form = self._form(exchange)
        if form is None:
            return
        assert form["response_type"] == "code"
        assert form["code_challenge_method"] == "S256"
        assert form["client_id"].startswith("http://localhost?redirect_uri=http%3A%2F%2F127.0.0.1")
        uri = f"urn:ietf:params:oauth:request_uri:{len(self.pushed)}"
        self.pushed[uri] = form
        exchange.answer({"request_uri": uri, "expires_in": 299}, status=201)

    def allow(self, page):
        """Let a person allow it on the page; return what the browser brings."""
        query = parse_qs(urlsplit(page.url).query)
        form = self.pushed[query["request_uri"][0]]
        assert query["client_id"] == [form["client_id"]]
        code = f"cod-{len(self.codes)}"
        self.codes[code] = form
        return {"code": code, "state": form["state"], "iss": self.issuer}

    def token(self, exchange):
        form = self._form(exchange)
        if form is None:
            return
        if form["grant_type"] == "refresh_token":
            known = form["refresh_token"] == self.refresh
        else:
            asked = self.codes.pop(form["code"], None)
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            known = asked is not None and asked["code_challenge"] == _base64(digest)
        if not known:
            exchange.answer({"error": "invalid_grant", "error_description": "x"}, status=400)
            return
        self.number += 1
        self.refresh = f"ref-{self.number}"
        self.network.access = f"access-{self.number}"
        exchange.answer({"access_token": self.network.access, "refresh_token": self.refresh,
                         "token_type": self.type, "sub": self.sub, "scope": self.scope,
                         "expires_in": 3600})  # fmt: skip

    def guarded(self, exchange):
        """Check the proof of a question to the account's server."""
        kind, _, token = (exchange.headers.get("Authorization") or "").partition(" ")
        if kind != "DPoP":
            self._serve(exchange)
            return
        said = self._proof(exchange)
        if said is None:
            return
        if said.get("ath") != _base64(hashlib.sha256(token.encode()).digest()):
            exchange.answer({"error": "invalid_dpop_proof"}, status=401)
        elif token != self.network.access or self.thumb != self.key:
            exchange.answer({"error": "invalid_token"}, status=401)
        else:
            exchange.headers.replace_header("Authorization", f"Bearer {token}")
            self._serve(exchange)

    def _form(self, exchange):
        if self._proof(exchange) is None:
            return None
        self.key = self.thumb
        return {name: value[0] for name, value in parse_qs(exchange.body.decode()).items()}

    def _proof(self, exchange):
        """Return what a proof says, after all checks; else the answer was given."""
        text, _, signature = exchange.headers["DPoP"].rpartition(".")
        head, said = (json.loads(_bytes(part)) for part in text.split("."))
        assert (head["typ"], head["alg"]) == ("dpop+jwt", "ES256")
        x, y = (int.from_bytes(_bytes(head["jwk"][name]), "big") for name in "xy")
        raw = _bytes(signature)
        numbers = encode_dss_signature(
            int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        )
        public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        public.verify(numbers, text.encode(), ec.ECDSA(SHA256()))
        self.thumb = (x, y)
        assert said["htm"] == exchange.command
        assert said["htu"] == f"{self.issuer}{exchange.path.partition('?')[0]}"
        assert said["jti"] not in self.jtis
        self.jtis.add(said["jti"])
        if said.get("nonce") != self.nonce:
            status = 400 if exchange.path.startswith("/oauth/") else 401
            exchange.answer({"error": "use_dpop_nonce"}, status=status, DPoP_Nonce=self.nonce)
            return None
        return said


def _base64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
