"""What drivers tell of themselves: only news, whatever they say how often."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from obu.core.alert import Text
from obu.drivers.said import Said

STATES = st.tuples(st.booleans(), st.sampled_from(["gone", "refused", Text("没有", "gone")]))


@given(st.lists(STATES, max_size=20))
def test_each_change_is_told_once_and_the_last_told_is_what_holds(said: list[tuple[bool, str | Text]]) -> None:
    driver = Said("gnss")
    told = [one for at_ns, (is_up, why) in enumerate(said) for one in driver.tell(is_up, why, at_ns)]
    words = [(one.is_up, one.why) for one in told]
    assert all(one != following for one, following in itertools.pairwise(words))
    holds = [(is_up, why.en if isinstance(why, Text) else why) for is_up, why in said]
    assert words[-1:] == holds[-1:] and words[:1] == holds[:1] and set(words) == set(holds)
