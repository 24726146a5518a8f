"""The job ledger and its dispatcher: what was asked for, what became of it, and what is due next."""
