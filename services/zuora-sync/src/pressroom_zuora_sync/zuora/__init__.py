"""Zuora's API: credentials in, lists and exports out. No database."""
