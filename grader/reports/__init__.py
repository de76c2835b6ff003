"""A writer per format, each from an Attempt and nothing else; each has an answer for every outcome. None computes a score."""
