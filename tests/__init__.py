"""The tests; this runs before any of them, and before NumPy is loaded."""

import os

# Two workers on two cores: the threads of BLAS wait for each other, and a product of small matrices takes a minute.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
