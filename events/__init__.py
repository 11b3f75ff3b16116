"""The wire between the CMMS and the books, in pika: topology, publisher, consumer."""
