"""The host's install against the board's own loader, over five wires, with either end gone at any instant."""

import hashlib
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obu.link import install_words as words
from obu.link import wire
from obu.link.install import Installing
from obu.link.install_link import InstallLink
from obu.link.parcel import Outcome, Parcel, Result
from tests.link.loader_board import FILES, LOADER, SIGNER, Board, parcel
from tests.link.wires import KINDS, Wire

STEP_US = 5_000
LIMIT_S = 400


@dataclass
class Bench:
    """A board, a host, and the wires between them, in steps of 5 ms."""

    board: Board
    bundle: Parcel = field(default_factory=parcel)
    kind: str = "perfect"
    seed: int = 1
    at_us: int = 1_000_000
    hosts: int = 0

    def __post_init__(self) -> None:
        options = dict(KINDS[self.kind])
        rate = 5 * options.pop("rate", 92.0)
        self.down, self.up = Wire(self.seed, rate=rate, **options), Wire(self.seed + 1, rate=rate, **options)
        self.host_starts()

    def host_starts(self) -> None:
        """The host knows nothing of an earlier life."""
        self.hosts += 1
        self.link = InstallLink(1000 * self.hosts + self.seed % 1000 + 1, self.at_us * 1000)
        self.link.task = self.task = Installing(self.bundle)

    def step(self) -> Outcome | None:
        self.at_us += STEP_US
        at_ns, at = self.at_us * 1000, (self.at_us + 12_345) & wire.MASK
        for piece in self.up.arrived():
            self.link.take(piece, at_ns)
        for piece in self.down.arrived():
            self.board.take(piece, at)
        self.board.step(at)
        while self.up.room() and (length := self.board.end.pull(at)):
            self.up.write(bytes(self.board.end.frame[:length]))
        while self.down.room() and (data := self.link.pull(at_ns)):
            self.down.write(data)
        return self.link.outcome(at_ns)

    def until(self, limit_s: float = LIMIT_S) -> Outcome | None:
        for _ in range(int(limit_s * 1_000_000 / STEP_US)):
            if outcome := self.step():
                return outcome
        return None


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(tmp_path)


def content(board: Board, slot: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (board.root / slot).iterdir()}


def is_installed(board: Board, bundle: Parcel) -> bool:
    return board.running() == bundle.manifest.version and content(board, "app_b") == dict(bundle.order())


@pytest.mark.parametrize("kind", KINDS)
def test_installed_over_each_wire(kind: str, board: Board) -> None:
    bench = Bench(board, kind=kind)
    outcome = bench.until()
    assert outcome and outcome.result == Result.INSTALLED and "2.0.0" in outcome.says.en
    assert is_installed(board, bench.bundle) and board.slots.tries == 0 and board.slots.counter == 5
    assert bench.task.done_bytes == bench.task.size_bytes and bench.task.strange == 0
    assert (board.root / "data/settings").read_text() == "kept"


@settings(max_examples=25)
@given(
    st.sampled_from(["perfect", "losing a fifth", "flipping bits"]),
    st.integers(0, 999),
    st.lists(
        st.tuples(st.sampled_from(["board", "host", "both"]), st.integers(1, 500) | st.integers(1, 12_000)), max_size=4
    ),
)
def test_after_any_interruption_the_same_again_ends_well(kind: str, seed: int, cuts: list[tuple[str, int]]) -> None:
    """An old version that starts, at every instant; at the end the new one, confirmed. Each trial has three starts."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Board(Path(folder), others=frozenset({"2.0.0"})), kind=kind, seed=seed)
        for who, after_ms in cuts:
            bench.until(after_ms / 1000)
            if who != "host":
                bench.board.power_on()
                assert bench.board.running() in ("1.0.0", "2.0.0")
            if who != "board":
                bench.host_starts()
        outcome = bench.until()
        results = {Result.INSTALLED, Result.ALREADY}
        if sum(who != "host" for who, _ in cuts) >= 3:
            results.add(Result.TAKEN_BACK)
        assert outcome and outcome.result in results, outcome
        assert outcome.result == Result.TAKEN_BACK or is_installed(bench.board, bench.bundle)


def test_what_is_there_is_not_sent_again(board: Board) -> None:
    bench = Bench(board)
    while bench.task.done_bytes < 2000:
        bench.step()
    bench.board.power_on()
    bench.host_starts()
    assert bench.until() and bench.task.is_resumed and is_installed(board, bench.bundle)
    assert board.written < bench.task.size_bytes + 1500  # twice is only what was under way


def test_one_that_runs_already_needs_nothing(board: Board) -> None:
    assert Bench(board).until()
    again = Bench(board, seed=2).until()
    assert again and again.result == Result.ALREADY


@pytest.mark.parametrize(
    ("bundle", "why"),
    [
        (parcel(forged=True), "the signature does not hold"),
        (parcel(counter=2), "counter 2 is below the installed 3"),
        (parcel("1.0.0", 3), "which the board runs, and other contents"),
        (parcel(files={"deep/a.py": b"1"}), "may not be called deep/a.py"),
    ],
)
def test_what_is_refused_leaves_the_old_one(board: Board, bundle: Parcel, why: str) -> None:
    outcome = Bench(board, bundle).until()
    assert outcome and outcome.result == Result.REFUSED and why in outcome.says.en
    board.power_on()
    assert board.running() == "1.0.0"


def test_a_key_that_the_board_does_not_trust(tmp_path: Path) -> None:
    outcome = Bench(Board(tmp_path, knows=())).until()
    assert outcome and outcome.result == Result.REFUSED and "does not trust the key" in outcome.says.en
    assert SIGNER.point


def test_one_that_falls_is_taken_back_and_said_so(tmp_path: Path) -> None:
    board = Board(tmp_path, falls=frozenset({"2.0.0"}))
    outcome = Bench(board).until()
    assert outcome and outcome.result == Result.TAKEN_BACK and "went back to 1.0.0 by itself" in outcome.says.en
    assert board.starts == ["1.0.0", "2.0.0", "2.0.0", "2.0.0", "1.0.0"]


def test_one_that_never_is_well_is_taken_back(tmp_path: Path) -> None:
    board = Board(tmp_path)
    bench = Bench(board)
    bench.board.is_well = False
    outcome = bench.until(600)
    assert outcome and outcome.result == Result.TAKEN_BACK
    assert board.starts[1:4] == ["2.0.0"] * 3 and board.running() == "1.0.0"


def test_another_on_trial_is_waited_for(board: Board) -> None:
    bench = Bench(board)
    while not bench.task.is_on_trial() or board.running() != "2.0.0":
        bench.step()
    bench.bundle = parcel("3.0.0", 6)
    bench.host_starts()
    outcome = bench.until()
    assert outcome and outcome.result == Result.INSTALLED and "3.0.0" in outcome.says.en
    assert board.starts == ["1.0.0", "2.0.0", "3.0.0"]


def test_a_file_too_many_is_erased_and_a_damaged_one_sent_again(board: Board) -> None:
    bench = Bench(board)
    while bench.task.done_bytes < 3000:
        bench.step()
    (board.root / "app_b/foreign.py").write_bytes(b"1")
    done = next(path for path in (board.root / "app_b").iterdir() if path.name == "identity.py")
    done.write_bytes(b"V = 9")
    outcome = bench.until()
    assert outcome and outcome.result == Result.INSTALLED and is_installed(board, bench.bundle)


def test_a_full_flash_is_said(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(LOADER.slots.Slots, "filling", full)
    outcome = Bench(board).until()
    assert outcome and outcome.result == Result.FAILED and "no space" in outcome.says.en


def test_a_flash_that_does_not_obey_ends_it(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(5, "io")

    monkeypatch.setattr(LOADER.slots.Slots, "filling", broken)
    outcome = Bench(board).until()
    assert outcome and outcome.result == Result.FAILED and "does not obey" in outcome.says.en


def test_a_board_that_is_away_is_said_in_half_a_minute(board: Board) -> None:
    bench = Bench(board)
    bench.until(0.2)
    board.take = lambda *_: None  # type: ignore[method-assign]
    bench.up.lose = 1.0
    outcome = bench.until(35)
    assert outcome and outcome.result == Result.FAILED and "is silent" in outcome.says.en


def test_another_version_of_the_link_is_one_sentence(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(board)
    bench.link._end.peer_version = wire.VERSION + 1
    fault = bench.link.fault()
    assert fault and "update this program" in fault.en


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=60)), max_size=60))
def test_a_board_that_lies_raises_nothing(answers: list[tuple[int, bytes]]) -> None:
    task, at_ns = Installing(parcel()), 0
    for code, body in answers:
        at_ns += 2_000_000_000
        while (request := task.ask(at_ns)) is not None:
            last = request
        task.take(last[:2] + bytes((code,)) + body, at_ns)
        task.take(body, at_ns)
    assert task.outcome is None or task.outcome.result != Result.INSTALLED


@given(st.binary(max_size=120))
def test_a_state_of_any_bytes(body: bytes) -> None:
    link = InstallLink(1, 0)
    link._heard(wire.INSTALLED, bytes((words.STATE, 0, 0)) + body, 0)
    assert (link.state is None) == (link.strange == 1)


def test_a_state_tells_what_is_on_the_board(board: Board) -> None:
    bench = Bench(board)
    bench.link.task = None
    bench.until(1.0)
    state = bench.link.state
    assert state and (state.board, state.unique, state.base, state.abi) == (
        "stm32_machine", "01020304", "1.25.0", "mpy6.3",
    )  # fmt: skip
    digest = hashlib.sha256((board.root / "app_a/manifest.json").read_bytes()).hexdigest()[:16]
    assert state.now() == words.Slot(words.WHOLE, 3, "1.0.0", digest) and state.least == 3 and not state.is_on_trial()
    assert state.slots[1] == words.Slot(words.EMPTY, 0, "", "") and not state.is_recovery
    assert FILES and bench.link.board() == "stm32_machine 1.0.0 01020304"
