"""The ledgers behind one port, and what all of them share."""
