"""Many texts in one request: made together, seen together, and where they build on one another in their order."""
