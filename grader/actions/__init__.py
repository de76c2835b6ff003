"""GitHub Actions: what happened, what is fetched, what is told (docs/github.md). No verdict is made here."""
