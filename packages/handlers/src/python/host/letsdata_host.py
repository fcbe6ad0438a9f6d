"""Runs customer handlers in Python for the engine at the other end of the pipe.

One process serves one code version and stays warm; each attempt gets its own handler object. The engine asks, this answers, strictly
in turns: a call that comes while an answer is awaited (the records of a state machine) is served inside it.
"""

import os
import sys

if __name__ == "__main__":
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:0] = [folder, os.path.join(folder, "support")]
    from letsdata_hosting.host import main

    sys.path[:2] = []
    main(folder)
