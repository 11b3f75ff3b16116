"""The whole system, started as a user would and driven from outside: processes, CLI, HTTP, AMQP."""
