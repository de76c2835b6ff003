"""gradkata: auto-graded exercises on deep-learning frameworks whose verdicts can be trusted."""

__version__ = "0.1.0"
