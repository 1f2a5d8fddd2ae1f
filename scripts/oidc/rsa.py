"""RSA as far as a test's OpenID provider needs it: keys, and signatures by RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017).

Python's own library has none. Good for tests alone: nothing here takes care that its time tells nothing.
"""

import base64
import hashlib
import secrets

EXPONENT = 65537
# The DER of a DigestInfo for SHA-256 (RFC 8017, section 9.2, note 1).
SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def is_prime(number, rounds=24):
    """Miller and Rabin's test."""
    for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47):
        if number % small == 0:
            return number == small
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd //= 2
        twos += 1
    for _ in range(rounds):
        power = pow(secrets.randbelow(number - 3) + 2, odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


def prime(bits):
    while True:
        # The two highest bits are set, so that the product has its full length.
        number = secrets.randbits(bits) | 3 << (bits - 2) | 1
        if number % EXPONENT != 1 and is_prime(number):
            return number


class Key:
    """A private key of 2,048 bits with an id."""

    def __init__(self, key_id, bits=2048):
        self.key_id = key_id
        self.bytes = bits // 8
        p = prime(bits // 2)
        q = prime(bits // 2)
        self.modulus = p * q
        self.private = pow(EXPONENT, -1, (p - 1) * (q - 1))

    def sign(self, message):
        digest = SHA256_PREFIX + hashlib.sha256(message).digest()
        padded = b"\x00\x01" + b"\xff" * (self.bytes - len(digest) - 3) + b"\x00" + digest
        return pow(int.from_bytes(padded, "big"), self.private, self.modulus).to_bytes(self.bytes, "big")

    def public(self):
        """The public half as a JSON Web Key (RFC 7517)."""
        return {
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.key_id,
            "n": base64url(self.modulus.to_bytes(self.bytes, "big")), "e": base64url(EXPONENT.to_bytes(3, "big")),
        }

    def public_pem(self):
        """The public half as everybody may know it: what the attack on `alg: HS256` takes for a secret."""
        def der(tag, content):
            length = len(content)
            size = bytes([length]) if length < 128 else bytes([0x82]) + length.to_bytes(2, "big")
            return bytes([tag]) + size + content

        def integer(number):
            return der(2, b"\x00" + number.to_bytes((number.bit_length() + 7) // 8, "big"))

        key = der(0x30, integer(self.modulus) + der(2, EXPONENT.to_bytes(3, "big")))
        algorithm = der(0x30, bytes.fromhex("06092a864886f70d0101010500"))
        text = base64.b64encode(der(0x30, algorithm + der(3, b"\x00" + key))).decode()
        lines = [text[start:start + 64] for start in range(0, len(text), 64)]
        return "-----BEGIN PUBLIC KEY-----\n" + "\n".join(lines) + "\n-----END PUBLIC KEY-----\n"
