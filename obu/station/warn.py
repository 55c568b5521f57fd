"""From what was heard to the one warning on the screen: facts, view, applications, confirmed claims, arbiter.

They look when something was heard, at most every LOOK_APART, rarer in a crowd, and at least every LOOK_AGAIN.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from obu.apps.base import Installed
from obu.codec.messages.references import NodeRef
from obu.core.alert import Alert, Shown
from obu.core.now import NS_PER_MS, Now
from obu.core.stop import Stop
from obu.core.vehicle import Own
from obu.core.world import View
from obu.hmi.arbiter import Arbiter
from obu.hmi.confirm import Confirm
from obu.hmi.marks import Marks
from obu.scene.facts import Facts
from obu.scene.lanes import Roads
from obu.scene.view import Scene
from obu.stack.receiver import Heard

LOOK_AGAIN_NS = 100 * NS_PER_MS  # own movement alone can begin or end a danger
LOOK_APART_NS = 5 * NS_PER_MS  # however many messages arrive; of 20 ms from air to display most is for a busy machine
LOOK_EACH_NS = 75_000  # and so much for each neighbour, so that a crowd does not take the core from verifying


@dataclass(slots=True)
class WarnState:
    """due_ns: the next look at the latest. fresh: something was heard since the last one.

    claims: of all applications then.
    """

    looked_ns: int = 0
    fresh: bool = False
    shown: Shown | None = None
    view: View | None = None
    claims: tuple[Alert, ...] = ()
    marks: Marks = field(default_factory=Marks)
    confirm: Confirm = field(default_factory=Confirm)


class Warn:
    """take() what was heard, then look(); the result stays in state.shown.

    apps: that look; off: that the configuration keeps still. stops: of the lines driven.
    """

    def __init__(
        self,
        apps: Sequence[Installed],
        off: Sequence[Installed],
        facts: Facts,
        arbiter: Arbiter,
        stops: Sequence[Stop] = (),
    ) -> None:
        self.state = WarnState()
        self.facts = facts
        self.arbiter = arbiter
        self.apps, self.off = tuple(apps), tuple(off)
        self.scene = Scene(stops)

    def roads(self) -> Roads | None:
        """The lanes of the last look, None before one."""
        return self.scene.roads

    def take(self, heard: Sequence[Heard]) -> None:
        """Verified messages become facts."""
        for one in heard:
            self.facts.heard(one.message, one.aid, one.generation_utc_ns, one.signer)
        self.state.fresh = self.state.fresh or bool(heard)

    def look(self, now: Now, own: Own, apart: frozenset[NodeRef] = frozenset()) -> None:
        """Lets the applications look if it is time, and the arbiter decide. apart: MAPs of another datum than ours."""
        if now.at_ns < self.due_ns():
            return
        self.facts.expire(now)
        view = self.scene.build(now, own, self.facts, apart)
        alerts = [alert for app in self.apps for alert in app.look(view, app.parameters)]
        claimed = self.state.confirm.of(view, (alert for alert in alerts if not alert.is_mark))
        self.state.shown = self.arbiter.settle(now.at_ns, claimed)
        self.state.marks.take(now.at_ns, alerts)
        self.state.view, self.state.claims = view, tuple(alerts)
        self.state.looked_ns, self.state.fresh = now.at_ns, False

    def due_ns(self) -> int:
        """When to look next."""
        view = self.state.view
        apart_ns = max(LOOK_APART_NS, LOOK_EACH_NS * (len(view.neighbours) if view else 0))
        return self.state.looked_ns + (apart_ns if self.state.fresh else LOOK_AGAIN_NS)
