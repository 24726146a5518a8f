"""Who changed what by the API: every administrative call is kept, successful or refused."""
