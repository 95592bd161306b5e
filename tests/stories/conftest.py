"""The office of the service tests, for whole stories."""

from tests.services.conftest import clock, never, office, vault

__all__ = ["clock", "never", "office", "vault"]
