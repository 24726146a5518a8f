"""Zuora's workflows: what zuora-sync keeps, read and changed through it, and the jobs that sync it."""
