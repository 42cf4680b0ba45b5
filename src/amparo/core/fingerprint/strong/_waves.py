"""Which waves of a patch become bits, the most telling first, and where each of them is cut in two.

Chosen on the tuning half of the photographs in the way of `python benchmarks/strong_waves.py`: at each step the wave
that, with those before it, best parts equal points of edited copies from different points. A run with other uploads
puts near equals in another order. A record takes the first 32.
"""

from typing import NamedTuple


class Wave(NamedTuple):
    """One wave of the gradients around a point.

    across, down: orders of the cosines along x and y of the patch. turn: order of the wave along the gradient's
    direction; sine: whether its sine. The bit is set above `middle`, in shares of the patch's whole gradient. A wave
    whose sign changes in a mirrored picture or in a negative has its middle at zero.
    """

    across: int
    down: int
    turn: int
    sine: bool
    middle: float

    @property
    def turns_in_mirror(self) -> bool:
        """Whether the bit is the other one where the picture is mirrored: y of the patch and all angles change sign."""
        return (self.down % 2 == 1) != self.sine

    @property
    def turns_in_negative(self) -> bool:
        """Whether the bit is the other one in a negative: the point faces the other way, x and y change sign."""
        return (self.across + self.down) % 2 == 1


WAVES = (
    Wave(3, 2, 1, False, 0),
    Wave(0, 0, 1, False, 0.184),
    Wave(0, 0, 1, True, 0),
    Wave(0, 3, 1, True, 0),
    Wave(1, 0, 1, True, 0),
    Wave(2, 2, 1, False, 0.058),
    Wave(1, 0, 1, False, 0),
    Wave(2, 3, 2, False, 0),
    Wave(0, 0, 2, False, 0.272),
    Wave(2, 2, 1, True, 0),
    Wave(0, 1, 0, False, 0),
    Wave(1, 0, 0, False, 0),
    Wave(3, 1, 2, True, 0.006),
    Wave(0, 1, 3, True, 0),
    Wave(0, 2, 0, False, -0.182),
    Wave(1, 0, 2, True, 0),
    Wave(0, 2, 1, True, 0),
    Wave(2, 0, 1, True, 0),
    Wave(2, 3, 2, True, 0),
    Wave(0, 2, 2, False, -0.103),
    Wave(2, 0, 0, False, -0.212),
    Wave(0, 3, 1, False, 0),
    Wave(1, 1, 2, False, 0),
    Wave(2, 3, 1, False, 0),
    Wave(0, 1, 2, False, 0),
    Wave(3, 2, 2, True, 0),
    Wave(0, 1, 2, True, 0),
    Wave(1, 1, 0, False, 0),
    Wave(3, 3, 2, False, 0),
    Wave(3, 3, 3, True, 0.002),
    Wave(2, 2, 2, True, 0),
    Wave(2, 1, 1, True, 0),
    Wave(0, 3, 0, False, 0),
    Wave(1, 0, 2, False, 0),
    Wave(1, 3, 2, True, -0.002),
    Wave(3, 0, 4, True, 0),
    Wave(2, 0, 1, False, -0.174),
    Wave(0, 0, 2, True, 0),
    Wave(2, 2, 2, False, 0.052),
    Wave(2, 3, 4, True, 0),
    Wave(3, 0, 2, True, 0),
    Wave(1, 2, 2, True, 0),
    Wave(3, 3, 3, False, 0),
    Wave(1, 2, 3, False, 0),
    Wave(1, 0, 3, True, 0),
    Wave(1, 1, 1, True, -0.026),
    Wave(3, 3, 4, True, 0.003),
    Wave(0, 2, 3, True, 0),
    Wave(2, 3, 0, False, 0),
    Wave(0, 0, 3, True, 0),
    Wave(0, 3, 3, False, 0),
    Wave(0, 1, 1, True, 0),
    Wave(0, 2, 3, False, -0.066),
    Wave(1, 3, 0, False, 0),
    Wave(1, 1, 2, True, -0.003),
    Wave(3, 1, 1, False, 0),
    Wave(2, 3, 1, True, 0),
    Wave(3, 3, 1, True, -0.014),
    Wave(1, 1, 3, False, 0),
    Wave(2, 0, 2, True, 0),
    Wave(1, 1, 4, False, 0),
    Wave(0, 2, 2, True, 0),
    Wave(3, 0, 1, True, 0),
    Wave(1, 2, 0, False, 0),
)
