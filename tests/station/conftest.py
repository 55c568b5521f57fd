"""A PKI for all tests of a worker, and another one that nobody trusts."""

import pytest

from .unit import make_pki


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    return make_pki(tmp_path_factory.mktemp("pki") / "trusted")


@pytest.fixture(scope="session")
def foreign_pki(tmp_path_factory):
    return make_pki(tmp_path_factory.mktemp("pki") / "foreign")
