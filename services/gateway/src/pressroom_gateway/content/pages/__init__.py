"""Pages that content is made for: address, keyword and language."""
