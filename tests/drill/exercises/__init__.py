"""What is done to cause each alert: generators that cause it, wait, and mend it when resumed."""
