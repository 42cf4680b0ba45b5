"""Settings, URLs and the server entry points: the only place that reads the environment."""

import os

# Read by OpenBLAS when numpy is first imported, so it is said before anything else. One thread a process: with two,
# fully decoding a 12-megapixel upload cost 365-570 ms of processor time instead of 145, and the processes of a server
# get in each other's way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
