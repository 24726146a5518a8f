"""Articles: what clients ask for and get, and the files that belong to them. The job itself is the ledger's."""
