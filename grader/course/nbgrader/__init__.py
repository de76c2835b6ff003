"""The bridge to nbgrader (docs/nbgrader.md). Importing this package imports nothing of nbgrader; its modules do."""
