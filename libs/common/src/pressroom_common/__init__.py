"""What every service shares: contracts, topology, broker and worker kit, database, telemetry, settings."""
