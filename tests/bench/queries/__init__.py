"""How PostgreSQL answers the ledger's hot statements on a full ledger: `docs/queries.md`."""
