"""The vocabulary between the CMMS and its books: one frozen model per event and status event.

Start with `schemas.envelope.parse` (a message -> an Event) and `schemas.catalogue` (type -> model).
"""
