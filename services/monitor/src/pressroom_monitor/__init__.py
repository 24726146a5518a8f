"""Folds events into job history, metrics and worker heartbeats. It changes no job: the ledger decides."""
