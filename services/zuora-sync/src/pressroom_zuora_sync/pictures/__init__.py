"""A workflow as a picture, in SVG. Pure functions; nothing here reads or writes."""
