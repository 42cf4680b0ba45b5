"""Whether points of an upload lie as points of a record do: under one likeness that may be stretched a little.

Places are complex numbers, x + iy; a map is `q = a p + b conj(p) + c`, where `a` turns and scales and `b`, small beside
it, stretches and skews. Nothing is drawn by chance: every pair of matches is a guess, and the answer always the same.
"""

from dataclasses import dataclass

import numpy as np

from amparo.core.fingerprint.strong._arrays import Bool, Complex, Float64, Int64

# Lengths are shares of the record's long side; a record tells places to 1/64.
# How far a match may be off under a guess from two others: more, the farther it lies from these.
GUESS_OFF = 0.03
GUESS_OFF_FAR = 0.06
# And under the fitted map, at each of three rounds.
FIT_OFF = (0.0375, 0.025, 0.021)
# Scales agree to this many octaves (records tell halves), directions to so many radians (records tell 16ths of a turn).
SCALE_OFF = 0.9
TURN_OFF = 0.6
# Two matches nearer together than this make no guess.
MIN_APART = 0.05
MIN_APART_UPLOAD = 6.0
# Only so many matches, the best by bits, and so many guesses from them are tried; three guesses are fitted.
MOST_MATCHES = 56
MOST_GUESSES = 600
FITTED = 3
# A photograph from aside and a stretched copy stay under this ratio of b to a: sides of 1 to 2.6.
MOST_STRETCH = 0.45
# The fit pulls b towards zero as if so long a row of points said so: few points say little about a stretch.
STIFF = 0.13
# Fewer matches fit anywhere.
MIN_INLIERS = 4
# Points of an upload nearer than this are one: a point with two directions stands there twice.
SAME_PLACE = 4.0


@dataclass(frozen=True, slots=True)
class Matches:
    """Row i pairs a point of an upload with one of a record.

    upload, record: (m, 4), x, y, scale and angle, in pixels and in shares of the long side. bits: (m,) apart.
    """

    upload: Float64
    record: Float64
    bits: Int64

    def take(self, rows: Int64) -> "Matches":
        return Matches(self.upload[rows], self.record[rows], self.bits[rows])


@dataclass(frozen=True, slots=True)
class Guesses:
    """Likenesses, each from two matches: `q = turn * p + shift`; `origin` is the row of the first match."""

    turn: Complex
    shift: Complex
    origin: Int64


def inliers(matches: Matches) -> int:
    """The most matches that agree on one map, each point of the record and of the upload counted once."""
    matches = matches.take(np.argsort(matches.bits, kind="stable")[:MOST_MATCHES])
    here, there = _places(matches.upload), _places(matches.record)
    guesses = _guesses(matches, here, there)
    if guesses is None:
        return 0
    off = np.abs(guesses.turn[:, None] * there + guesses.shift[:, None] - here) / np.abs(guesses.turn)[:, None]
    far = np.abs(there - there[guesses.origin][:, None])
    agree = (off < GUESS_OFF + GUESS_OFF_FAR * far) & _agrees(matches, guesses.turn[:, None])
    counts = agree.sum(axis=1)
    best = 0
    for guess in np.argsort(-counts, kind="stable")[:FITTED]:
        if counts[guess] > max(best, MIN_INLIERS - 1):
            best = max(best, _fitted(matches, here, there, np.flatnonzero(agree[guess])))
    return best


def _places(rows: Float64) -> Complex:
    return np.asarray(rows[:, 0] + 1j * rows[:, 1])


def _agrees(matches: Matches, turn: Complex) -> Bool:
    """Whether the scales and directions of each match are those of a map that turns and scales by `turn`."""
    octaves = np.log2(matches.upload[:, 2] / matches.record[:, 2])
    angles = matches.upload[:, 3] - matches.record[:, 3]
    around = (angles - np.angle(turn) + np.pi) % (2 * np.pi) - np.pi
    return np.asarray((np.abs(octaves - np.log2(np.abs(turn))) < SCALE_OFF) & (np.abs(around) < TURN_OFF))


def _guesses(matches: Matches, here: Complex, there: Complex) -> Guesses | None:
    one, other = np.triu_indices(len(here), 1)
    apart = (np.abs(there[other] - there[one]) > MIN_APART) & (np.abs(here[other] - here[one]) > MIN_APART_UPLOAD)
    one, other = one[apart], other[apart]
    turn = (here[other] - here[one]) / (there[other] - there[one])
    # Of each guess only its own two matches are asked: (guesses,) at a time.
    sound = _agrees(matches.take(one), turn) & _agrees(matches.take(other), turn)
    one, other, turn = one[sound], other[sound], turn[sound]
    if not len(one):
        return None
    first = np.argsort(matches.bits[one] + matches.bits[other], kind="stable")[:MOST_GUESSES]
    one, turn = one[first], turn[first]
    return Guesses(turn, here[one] - turn * there[one], one)


def _fitted(matches: Matches, here: Complex, there: Complex, rows: Int64) -> int:
    for allowed in FIT_OFF:
        middle, target = there[rows].mean(), here[rows].mean()
        p, q = there[rows] - middle, here[rows] - target
        basis = np.column_stack([p, np.conj(p)])
        normal = basis.conj().T @ basis + np.diag([1e-12, STIFF**2])
        a, b = np.linalg.solve(normal, basis.conj().T @ q)
        if abs(a) == 0 or abs(b) > MOST_STRETCH * abs(a):
            return 0
        size = np.sqrt(abs(a) ** 2 - abs(b) ** 2)
        moved = a * (there - middle) + b * np.conj(there - middle) + target
        near = np.abs(moved - here) < allowed * size
        rows = np.flatnonzero(near & _agrees(matches, np.array(size * a / abs(a))))
        if len(rows) < MIN_INLIERS:
            return 0
    return _counted_once(matches, rows)


def _counted_once(matches: Matches, rows: Int64) -> int:
    used: set[tuple[float | str, ...]] = set()
    count = 0
    for row in rows:
        x, y = matches.upload[row, :2] // SAME_PLACE
        upload: tuple[float | str, ...] = ("upload", x, y)
        record: tuple[float | str, ...] = ("record", *matches.record[row])
        if upload not in used and record not in used:
            used |= {upload, record}
            count += 1
    return count
