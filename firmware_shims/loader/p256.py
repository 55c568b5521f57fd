"""Whether an ECDSA signature on P-256 over a SHA-256 holds (FIPS 186-5 6.4.2); it signs nothing and holds no secret.

The rule: a bounded number of turns of bounded length, whatever the signature says.
"""

P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
GX = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
GY = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5
BITS = 256
NOWHERE = (1, 1, 0)  # Jacobian: x = X / Z**2, y = Y / Z**3


def twice(point):
    """Of a Jacobian point, with a = -3."""
    x, y, z = point
    if not z or not y:
        return NOWHERE
    yy = y * y % P
    s = 4 * x * yy % P
    zz = z * z % P
    m = 3 * (x - zz) * (x + zz) % P
    x3 = (m * m - 2 * s) % P
    return x3, (m * (s - x3) - 8 * yy * yy) % P, 2 * y * z % P


def plus(one, other):
    """The sum of two Jacobian points."""
    x1, y1, z1 = one
    x2, y2, z2 = other
    if not z1:
        return other
    if not z2:
        return one
    zz1, zz2 = z1 * z1 % P, z2 * z2 % P
    u1, u2 = x1 * zz2 % P, x2 * zz1 % P
    s1, s2 = y1 * z2 * zz2 % P, y2 * z1 * zz1 % P
    if u1 == u2:
        return twice(one) if s1 == s2 else NOWHERE
    h, r = (u2 - u1) % P, (s2 - s1) % P
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - s1 * hhh) % P, z1 * z2 * h % P


class Check:
    """turn() until it is True; then `holds` says it. point: 04 x y; digest: 32 octets; signature: r and s, 64."""

    def __init__(self, point, digest, signature):
        self.holds = False
        self._bit = -1  # nothing to be done
        if len(point) != 65 or point[0] != 4 or len(digest) != 32 or len(signature) != 64:
            return
        x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
        self._r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        if x >= P or y >= P or (y * y - (x * x - 3) * x - B) % P or not (0 < self._r < N and 0 < s < N):
            return
        w = pow(s, N - 2, N)  # its inverse; pow(s, -1, N) is 0 on MicroPython
        self._u1, self._u2 = int.from_bytes(digest, "big") * w % N, self._r * w % N
        self._points = (None, (GX, GY, 1), (x, y, 1), plus((GX, GY, 1), (x, y, 1)))
        self._sum = NOWHERE
        self._bit = BITS

    def turn(self):
        """One bit of the two scalars. True when it is decided."""
        if self._bit < 0:
            return True
        if not self._bit:
            self._bit = -1
            self.holds = self._is_r()
            return True
        self._bit -= 1
        self._sum = twice(self._sum)
        which = (self._u1 >> self._bit & 1) | (self._u2 >> self._bit & 1) << 1
        if which:
            self._sum = plus(self._sum, self._points[which])
        return False

    def _is_r(self):
        """Whether x modulo N is r: x is r or, where that is below P, r + N; multiplied out, for there is no inverse."""
        x, _, z = self._sum
        zz = z * z % P
        if not zz:
            return False
        return x == self._r * zz % P or (self._r + N < P and x == (self._r + N) * zz % P)


def holds(point, digest, signature):
    """The same in one go."""
    check = Check(point, digest, signature)
    while not check.turn():
        pass
    return check.holds
