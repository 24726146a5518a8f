"""Keeps customers' Zuora workflows and their tasks in the database."""
