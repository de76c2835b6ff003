"""Everything about a course as a whole: stubs, the proof of exercises, releases and their updates."""
