"""Who works on pixels: a C kernel, in one copy for each kind of vectors, or numpy. They give the same bits."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

try:
    from amparo.core.fingerprint import _kernel
except ImportError:  # no compiler was there when Amparo was installed
    _kernel = None  # type: ignore[assignment]  # None says that

try:
    from amparo.core.fingerprint import _forms_kernel
except ImportError:
    _forms_kernel = None  # type: ignore[assignment]  # the same

if TYPE_CHECKING:
    from amparo.core.fingerprint._kernel import Kind, Source

Pixels: TypeAlias = npt.NDArray[np.uint8]

# What Python hands over to the kernel; VERSION in _kernel.c.
KERNEL_VERSION = 3
FORMS_KERNEL_VERSION = 1
NUMPY = "numpy"


class Strip(Protocol):
    """Some rows of a picture, in whatever form they come."""

    def pixels(self) -> Pixels:
        """(n, width, 1) grey or (n, width, 3) RGB, uint8."""

    def for_kernel(self) -> "tuple[Source, Kind]":
        """The same pixels as the kernel can take them, without a copy where that can be."""


# rows(first, last) gives the source rows first..last-1.
Rows: TypeAlias = Callable[[int, int], Pixels | Strip]


def engines() -> tuple[str, ...]:
    """Those that work here, the fastest first; numpy is always the last."""
    fits = _kernel is not None and getattr(_kernel, "VERSION", 0) == KERNEL_VERSION
    return (*_kernel.engines(), NUMPY) if fits else (NUMPY,)


FASTEST = engines()[0]
KERNEL = _kernel
# The loops of the forms, or None: their modules then do the same with numpy.
FORMS_KERNEL = _forms_kernel if getattr(_forms_kernel, "VERSION", 0) == FORMS_KERNEL_VERSION else None


def engine() -> str:
    """What hashes in this process, in words for a status page: "fast (C)" or "slow (numpy)"."""
    return "slow (numpy)" if FASTEST == NUMPY else "fast (C)"


def for_kernel(rows: Pixels | Strip) -> "tuple[Source, Kind]":
    """Rows as the kernel takes them: the pixels of a row in one piece."""
    if not isinstance(rows, np.ndarray):
        return rows.for_kernel()
    rows = rows if rows.ndim == 3 else rows[..., np.newaxis]  # noqa: PLR2004 - rows, columns, channels
    _, _, channels = rows.shape
    whole = rows if rows.strides[1:] == (channels, 1) else np.ascontiguousarray(rows)
    return whole, "grey" if channels == 1 else "rgb"
