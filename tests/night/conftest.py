"""The simulator is a script's package, not one of the engine's: it is found beside the script."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))
