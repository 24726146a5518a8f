"""The jobs of this service: `zuora.sync` and `zuora.extract-tasks`."""
