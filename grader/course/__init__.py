"""Everything about a course as a whole: stubs, the proof of exercises, and (later) releases and nbgrader."""
