"""Who finds points and searches among them: a C kernel, or numpy. They give the same bits."""

try:
    from amparo.core.fingerprint.strong import _kernel
except ImportError:  # no compiler was there when Amparo was installed
    _kernel = None  # type: ignore[assignment]  # None says that

# What Python hands over to the kernel; VERSION in _kernel.c.
KERNEL_VERSION = 2
KERNEL = _kernel
C, NUMPY = "C", "numpy"


def engines() -> tuple[str, ...]:
    """Those that work here, the fastest first; numpy is always the last."""
    fits = _kernel is not None and _kernel.VERSION == KERNEL_VERSION
    return (C, NUMPY) if fits else (NUMPY,)


FASTEST = engines()[0]


def engine() -> str:
    """What works on the stronger tier in this process, in words for a status page: "fast (C)" or "slow (numpy)"."""
    return "slow (numpy)" if FASTEST == NUMPY else "fast (C)"
