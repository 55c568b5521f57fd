"""Each application is tried as it must warn and as it must not, for each class of our vehicle."""

from collections import defaultdict

import pytest

from hil import scenario_file
from obu.apps import base

CLASSES = ("taxi", "bus12", "bus18")
FOUND: dict[tuple[str, str, str], set[str]] = defaultdict(set)
for name, scenario in scenario_file.every().items():
    FOUND[scenario.app or "", scenario.kind, scenario.own.kind].add(name)
MISSING: dict[tuple[str, str], set[str]] = {
    ("AVW", "warn"): {"taxi", "bus18"},
    ("AVW", "no_warn"): {"taxi", "bus18"},
    ("BSW", "warn"): {"taxi"},
    ("BSW", "no_warn"): {"taxi", "bus18"},
    ("CLW", "warn"): {"taxi", "bus18"},
    ("CLW", "no_warn"): {"taxi", "bus18"},
    ("DNPW", "warn"): {"bus12"},
    ("DNPW", "no_warn"): {"bus12", "bus18"},
    ("EBW", "warn"): {"bus18"},
    ("EBW", "no_warn"): {"taxi", "bus18"},
    ("EVW", "warn"): {"taxi", "bus18"},
    ("EVW", "no_warn"): {"taxi", "bus18"},
    ("FCW", "no_warn"): {"bus18"},
    ("GLOSA", "warn"): {"taxi", "bus18"},
    ("GLOSA", "no_warn"): {"taxi", "bus18"},
    ("HLW", "warn"): {"bus18"},
    ("HLW", "no_warn"): {"taxi", "bus18"},
    ("ICW", "no_warn"): {"bus18"},
    ("IVS", "warn"): {"taxi", "bus18"},
    ("IVS", "no_warn"): {"taxi", "bus18"},
    ("LCW", "warn"): {"taxi"},
    ("LCW", "no_warn"): {"bus18"},
    ("LTA", "no_warn"): {"bus12", "bus18"},
    ("RLVW", "no_warn"): {"taxi"},
    ("SLW", "warn"): {"bus18"},
    ("SLW", "no_warn"): {"bus12", "bus18"},
    ("TJW", "warn"): {"taxi", "bus18"},
    ("TJW", "no_warn"): {"taxi", "bus18"},
}


@pytest.mark.parametrize("kind", ["warn", "no_warn"])
@pytest.mark.parametrize("app", [name.upper() for name in base.names()])
def test_each_class_has_a_scenario_of_each_application(app: str, kind: str) -> None:
    assert {each for each in CLASSES if not FOUND[app, kind, each]} == MISSING.get((app, kind), set())
