"""A terminal goes into service: the walk from step to step, what it has kept, and the record at its end.

Its one rule: what a bench may do, a fleet may not - an anchor of the bench, whose keys everybody has, ends it.
Answers are kept the moment they are given; whatever can be seen anew is looked at anew, each time.
"""

import dataclasses
import datetime
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import obu
from obu.core.alert import Text
from obu.core.errors import LocalError
from obu.core.vehicle import Body
from obu.runtime import (
    config,
    config_edit,
    devices,
    durable,
    made_from,
    places,
    provision_record,
    provision_steps,
    renewal,
    wiring,
)
from obu.runtime import provision_questions as questions
from obu.runtime.config import Config
from obu.runtime.provision_questions import Question
from obu.runtime.provision_steps import Look, Step
from obu.security import certificate as certificates
from obu.security.certificate import Certificate

KEPT = "provisioning.json"  # in the folder of [unit] state
Ask = Callable[[Question, str], str | None]  # the question, what is proposed; None: not now


@dataclass(slots=True)
class Kept:
    """answers: by question, as typed. bus: what was heard of the vehicle's, empty before that."""

    path: Path
    answers: dict[str, str] = field(default_factory=dict)
    bus: dict[str, Any] = field(default_factory=dict)

    def save(self) -> None:
        """Raises LocalError that names the file."""
        body = {"answers": self.answers, "bus": self.bus}
        try:
            durable.make_folder(self.path.parent)
            durable.write(self.path, json.dumps(body, indent=1, ensure_ascii=False).encode("utf-8"))
        except OSError as error:
            raise LocalError(f"{self.path}: {error.strerror}", f"{self.path}：{error.strerror}") from None

    def forget(self, step: str) -> None:
        """So that a step begins anew."""
        self.answers = {name: text for name, text in self.answers.items() if questions.BY_NAME[name].step != step}
        self.bus = {} if step == "bus" else self.bus
        self.save()


def kept_of(settings: Config) -> Kept:
    """What earlier runs have kept; what is not understood is as if nothing had been."""
    path = Path(settings.unit.state) / KEPT
    try:
        body = json.loads(path.read_bytes())
        texts = body["answers"].items()
        answers = {name: text for name, text in texts if name in questions.BY_NAME and isinstance(text, str)}
        return Kept(path, answers, dict(body["bus"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Kept(path)


def walk(
    path: Path, ask: Ask, given: Mapping[str, str], trust_from: Path | None = None, again: str = ""
) -> Iterator[Step]:
    """The steps in order, each after its questions. given: answers that need no asking, by question.

    again: the step whose questions are asked anew. trust_from: a folder of the operator's certificates.

    Raises LocalError for a configuration that cannot be read, and where nothing can be kept.
    """
    kept = kept_of(config.read(path))
    if again:
        kept.forget(again)
    for name, do in provision_steps.STEPS.items():
        for question in questions.ALL:
            settings = config.read(path)
            if question.step != name:
                continue
            if question.name in given:
                _put(path, question, given[question.name], kept)
            elif name == again or not is_answered(question, settings, kept):
                _put(path, question, ask(question, _proposed(question, settings, kept)), kept)
        before = dict(kept.bus)
        try:
            step = do(Look(path, config.read(path), kept.answers, kept.bus, trust_from))
        except LocalError as error:
            step = Step(name, False, Text(error.zh, error.text))
        if kept.bus != before:
            kept.save()
        yield step


def is_answered(question: Question, settings: Config, kept: Kept) -> bool:
    """What stands in [vehicle] is; the profile, which always does, only once somebody said that it is the right one."""
    stands = question.name != "profile" and getattr(settings.vehicle, question.name, None)
    return question.name in kept.answers or (stands is not None and stands not in ("", False))


def _proposed(question: Question, settings: Config, kept: Kept) -> str:
    if question.name == "profile":
        return str(kept.bus.get("profile") or settings.vehicle.profile)
    if question.name == "serial":
        return "" if settings.unit.name == config.Unit().name else settings.unit.name
    stands = getattr(settings.vehicle, question.name, None)
    return "" if stands is None else str(stands)


def _put(path: Path, question: Question, answer: str | None, kept: Kept) -> None:
    """The configuration first, then the answer: cut off between, the question is asked once more."""
    if answer is None:
        return
    value = question.read(answer)
    if question in questions.OF_VEHICLE and question.name != "serial":
        assert isinstance(value, str | float)
        config_edit.put(path, "vehicle", {question.name: None if value == "" else value})
    kept.answers[question.name] = answer
    kept.save()


def record(path: Path, steps: list[Step], technician: str, now: Callable[[], float] = time.time) -> Path:
    """Writes and signs the record. Raises LocalError: it cannot be kept, no key can sign, a step bars it."""
    barred = next((step for step in steps if step.is_barred), None)
    if barred:
        raise LocalError(barred.says.en, barred.says.zh)
    settings = config.read(path)
    place = Path(settings.unit.state) / provision_record.FILE
    body = content(settings, kept_of(settings), steps, technician, now())
    wiring.must_be_encrypted(settings, is_bench=False)
    Path(settings.security.keys).mkdir(mode=0o700, parents=True, exist_ok=True)
    store = devices.key_store(settings)
    try:
        provision_record.write(place, provision_record.sealed(body, store, enrolled(settings)))
    finally:
        store.close()
    return place


def enrolled(settings: Config) -> Certificate | None:
    """The terminal's enrolment certificate, where it has one."""
    path = Path(settings.enrolment.folder) / renewal.OWN
    return certificates.parse(path.read_bytes()) if path.is_file() else None


def content(settings: Config, kept: Kept, steps: list[Step], technician: str, utc_s: float) -> dict[str, Any]:
    """What a record says. Names of the vehicle's owner or driver are not in it."""
    profile = places.vehicle(settings.vehicle.profile, "vehicle.profile")
    return {
        "schema": provision_record.SCHEMA,
        "technician": technician,
        "utc": datetime.datetime.fromtimestamp(utc_s, datetime.UTC).isoformat(timespec="seconds"),
        "serial": kept.answers.get("serial"),
        "unit": settings.unit.name,
        "version": obu.__version__,
        "vin": settings.vehicle.vin or None,
        "bus": kept.bus or None,
        "profile": {"name": settings.vehicle.profile, "sha256": made_from.profile_hash(profile)},
        "body": {each.name: getattr(settings.vehicle, each.name) for each in dataclasses.fields(Body)},
        "certificates": [
            {"place": held.place, "file": held.file, "digest8": held.certificate.digest8.hex(),
             "end_utc_s": held.certificate.end_ns // 10**9}
            for held in renewal.holdings(settings)
        ],
        "steps": {step.name: {"done": step.is_done, "says": step.says.en, **step.facts} for step in steps},
        "photos": {name: kept.answers.get(f"photo.{name}") in questions.YES for name in questions.PHOTOS},
        "open": [step.name for step in steps if not step.is_done],
    }  # fmt: skip
