"""One PKI for all tests of security; it is only read."""

import pytest

from obu.security import profile
from tests.security import forge


@pytest.fixture(scope="session")
def shop() -> forge.Workshop:
    """The forger's workshop."""
    return forge.make()


@pytest.fixture(scope="session")
def shop_p256() -> forge.Workshop:
    """The same where everybody signs with P-256."""
    return forge.make(profile.P256)
