"""What stands behind `./dev`: finds or starts RabbitMQ and PostgreSQL, keeps the virtual
environment current and runs the project's commands. Standard library only: it runs before anything
is installed.
"""
