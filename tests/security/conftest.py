"""One PKI for all tests of security; it is only read."""

import pytest

from tests.security import forge


@pytest.fixture(scope="session")
def shop() -> forge.Workshop:
    """The forger's workshop."""
    return forge.make()
