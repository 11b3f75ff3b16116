"""How fast, how late, how many calls: measured on the real system, asserted nowhere."""
