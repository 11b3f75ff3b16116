"""The use cases, one function each at the top of its file; no provider, broker or web framework
here."""
