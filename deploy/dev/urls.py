"""The two addresses that every way of getting services ends in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Urls:
    database: str
    rabbitmq: str

    def variables(self) -> dict[str, str]:
        """The environment variables by which commands and tests learn them."""
        return {"DATABASE_URL": self.database, "RABBITMQ_URL": self.rabbitmq}
