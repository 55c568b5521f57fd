"""Each test of this folder cites the clauses that it shows, by @pytest.mark.clause; and what the drives share."""

import pytest

from tests.conformity import drive
from tests.conformity.table import CITES
from tests.positioning import roads
from tests.station.unit import bench_pki


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a test cites travels with its report, from a worker too."""
    for item in items:
        for marker in item.iter_markers("clause"):
            item.user_properties += [(CITES, name) for name in marker.args]


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    """Certificates for the time of the roads, the last one of an emergency vehicle on duty."""
    folder = tmp_path_factory.mktemp("conformity") / "pki"
    made = bench_pki.make_test(folder, roads.UTC0_NS, 30, 4, 1)
    lifetime = bench_pki.Lifetime(roads.UTC0_NS - 3600 * 10**9, 30 * 86_400)
    made.write_station(folder / "duty", 1, lifetime, (113, 114), "AMBULANCE")
    (folder / "duty/keys/00.pem").rename(folder / "unit/keys/duty.pem")
    return folder


@pytest.fixture(scope="session")
def profile(tmp_path_factory):
    """A vehicle with every source that an event needs."""
    return drive.write_profile(tmp_path_factory.mktemp("vehicle"))
