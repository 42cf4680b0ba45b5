"""One look at one address: is the page there, gone, or hidden from us? Reads words of a page, never a picture."""

from amparo.apps.cases.checker._look import TOTAL_SECONDS, Finding, look

__all__ = ["TOTAL_SECONDS", "Finding", "look"]
