"""A writer per format, from an Attempt and nothing else, with an answer for every outcome. None computes a score."""
