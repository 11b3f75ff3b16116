"""Both sides change, in any order: they end with the same, and nothing is there twice."""
