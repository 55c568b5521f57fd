"""`obu check` asks chronyd where the unit would: unsynchronised, too unsure or silent is FAIL, with the reason."""

import pytest

from obu.cli.main import main
from obu.drivers.clock import SystemClock
from obu.runtime import bench_pki
from tests.chronyd import Chronyd
from tests.runtime.test_config import GOOD

TRIES = 2000  # of a daemon that is still starting, each as long as it takes to ask it


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("check")
    bench_pki.make_test(made / "pki", SystemClock(0).now().utc_ns, 30, 2, 1, False)
    return made


@pytest.fixture
def check(folder, capsys):
    """Exit status and the line about the clock's source."""

    def run(port, max_error_ms=1.0):
        path = folder / "unit.toml"
        path.write_text(f'{GOOD}[clock]\nsource = "chrony"\nchronyd_port = {port}\nmax_error_ms = {max_error_ms}\n')
        code = main(["--lang", "en", "check", "--config", str(path)])
        return code, next(line for line in capsys.readouterr().out.splitlines() if " clock.source " in line)

    return run


@pytest.mark.needs("chrony")
def test_a_synchronised_chronyd_is_ready_and_one_that_is_less_sure_than_allowed_is_not(check, tmp_path):
    chronyd = Chronyd(tmp_path)
    chronyd.begin()
    try:
        for _ in range(TRIES):
            if chronyd.tracking()[-1:] == ["Normal"]:
                break
            chronyd.feed(0.0003)
        _, line = check(chronyd.port)
        assert line.startswith("ok") and "at most (clock.max_error_ms = 1)" in line
        code, line = check(chronyd.port, 0.01)
        assert code == 1 and line.startswith("FAIL")
    finally:
        chronyd.end()


def test_a_chronyd_that_is_not_there_is_said(check):
    code, line = check(1)
    assert code == 1 and line.startswith("FAIL") and "chronyd does not answer" in line
