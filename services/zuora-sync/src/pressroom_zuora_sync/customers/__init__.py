"""Customers, their environments, and the credentials that these have at Zuora."""
