"""A passkey in software, as a browser answers with it: for what no real one would do."""

import hashlib
import json
from dataclasses import dataclass, field
from secrets import token_bytes

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

FLAG = AuthenticatorData.FLAG


@dataclass
class SoftPasskey:
    origin: str
    rp_id: str
    counts: bool = True
    signatures: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: token_bytes(32))

    def _told(self, kind: str, options: str) -> bytes:
        told = {"type": kind, "challenge": json.loads(options)["challenge"], "origin": self.origin}
        return json.dumps(told).encode()

    def _seen(self, credential: bytes = b"") -> bytes:
        self.signatures += self.counts
        flags = FLAG.UP | FLAG.UV | (FLAG.AT if credential else 0)
        return bytes(
            AuthenticatorData.create(hashlib.sha256(self.rp_id.encode()).digest(), flags, self.signatures, credential)
        )

    def _answer(self, **response: bytes) -> str:
        name = websafe_encode(self.id)
        told = {key: websafe_encode(value) for key, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": told})

    def create(self, options: str) -> str:
        """What the browser sends after `navigator.credentials.create`."""
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(bytes(16), self.id, public)
        made = AttestationObject.create("none", AuthenticatorData(self._seen(bytes(credential))), {})
        return self._answer(clientDataJSON=self._told("webauthn.create", options), attestationObject=bytes(made))

    def sign(self, options: str) -> str:
        """What the browser sends after `navigator.credentials.get`."""
        told, seen = self._told("webauthn.get", options), self._seen()
        signature = self.key.sign(seen + hashlib.sha256(told).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=told, authenticatorData=seen, signature=signature)
