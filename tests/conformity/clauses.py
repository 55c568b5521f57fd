"""What GB/T 45315-2025 asks of the unit, row by row: shown by a test of this folder, or why not.

Numbers are given as deep as public facts have them: the send rules stand under 7.3 where no more is known. A row
without a reason is covered: at least one test cites it, and all that do must pass.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clause:
    """name: what a test cites. why_not: why no test can show it here; None where it is covered."""

    name: str
    number: str
    rule: str
    why_not: str | None = None


_RECEIVER = "a property of the receiver and the sky: measured with the terminal's own receiver"
_RADIO = "a property of the modem and its radio: measured with the modem"
_VEHICLE = "a property of the vehicle's sensors: measured on each vehicle"

CLAUSES = (
    # Positioning and time
    Clause("position-source", "6.1-6.3", "BeiDou alone is enough; 1.5 m (68 %) under open sky, 10 Hz", _RECEIVER),
    Clause("clock", "6.1-6.3", "the clock is within 1 ms of UTC", "needs a reference clock beside the terminal"),
    Clause("utc", "6.1-6.3", "every time in a message is UTC, and a minute's turn is no jump"),
    # When a BSM goes
    Clause("first", "7.3", "the first BSM goes 0 to 100 ms after the conditions hold"),
    Clause("period", "7.3", "regular BSMs go each 100 ms"),
    Clause("event-at-once", "7.3", "an event's BSM goes at once; it takes the place of the one that waits"),
    Clause("event-grid", "7.3", "an event moves the grid to itself: 30, event at 70, then 170 and 270"),
    Clause("event-period", "7.3", "an event's BSM goes each 100 ms while the event is on, with every flag that is on"),
    Clause("event-delay", "7.3", "from the trigger on the vehicle's bus to the BSM in less than 250 ms"),
    Clause("delay-budget", "7.3", "packet delay budget 100 ms, events 50 ms", _RADIO),
    Clause("aids", "7.3.1.4", "AID, layer-2 destination and priority of regular and event BSMs (tables 4 and 7)"),
    Clause("stop", "7.3", 'what is mandatory, has no value for "unavailable" and cannot be filled stops the BSM'),
    Clause("resume", "7.3", "when it can be filled again BSMs go on"),
    Clause("warm-up", "7.3", "values that the bus does not yet know after ignition on are not sent"),
    Clause("road-test", "7.3", "over 600 s or more at least 95 % of t x 10 BSMs leave the unit"),
    Clause("road-test-radio", "7.3", "and as many reach a receiver", _RADIO),
    # What events there are
    Clause("hazard-lights", "7.3", "hazard lights"),
    Clause("driving-aids", "7.3", "ABS, traction control, stability control, each for more than 100 ms"),
    Clause("hard-braking", "7.3", "braking with more than 4 m/s2"),
    Clause("flat-tyre", "7.3", "flat tyre"),
    Clause("disabled", "7.3", "disabled vehicle"),
    Clause("airbag", "7.3", "airbag, told for at least 10 minutes"),
    # What a BSM says
    Clause("mandatory", "7.3.2", 'every mandatory field is there, also where its value is "unavailable"'),
    Clause("nothing-else", "7.3.2", "no field but those that the clause names; elevation never"),
    Clause("units", "7.3.2", "values in the units and with the signs of the clause"),
    Clause("unavailable", "7.3.2", 'what is not known is the standard\'s "unavailable"'),
    Clause(
        "datum",
        "7.3.2.5 c",
        "position by the rules of national geographic information",
        "no public text names the datum: the wire is unshifted WGS-84/CGCS2000",
    ),
    Clause("sec-mark", "7.3.2", "secMark is of the position, and less than 150 ms from the generation"),
    Clause(
        "leap-second",
        "7.3.2",
        "secMark 60000 to 60999 within a leap second",
        "the machine's clock counts no 61st second: it repeats one, and secMark with it",
    ),
    Clause("msg-count", "7.3.2", "msgCnt begins at random at start and certificate change, else goes up by one"),
    Clause("id", "7.3.2", "id is eight random octets, new at start and certificate change alone"),
    Clause("event-flags", "7.3.2", "events is there only while one is on"),
    Clause("lights", "7.3.2", "lights is left out when none is on"),
    Clause("emergency", "7.3.2", "emergencyExt of an emergency vehicle with siren or light bar on, of nobody else"),
    Clause("class", "annex D", "the vehicle's class is the configured one, and not 0"),
    Clause(
        "accuracy",
        "7.3",
        "speed 0.28 m/s, acceleration 0.3 m/s2, yaw rate 0.5 deg/s, heading 3 or 2 deg (68 %)",
        _VEHICLE,
    ),
    # Path history
    Clause("path-period", "7.3", "path history goes each 500 ms"),
    Clause("path-points", "7.3", "1 to 15 points, newest first, over 200 to 400 m where so much was driven"),
    Clause("path-error", "7.3", "every place passed is less than 1 m from the line through the points"),
    Clause("path-form", "7.3", "offsets to pos in the smallest form that holds them; times in 10 ms before secMark"),
    Clause("path-clear", "7.3", "the path begins anew with another certificate"),
    # Path prediction
    Clause("prediction-radius", "annex E", "100 to 2500 m: the radius within 2 % after 4 s, right positive"),
    Clause("prediction-straight", "annex E", "below 1 m/s or above 2500 m: 32767 with confidence 200"),
    Clause("prediction-tight", "annex E", "below 100 m: the radius with confidence 0"),
    Clause(
        "prediction-table",
        "table E.1",
        "confidence by the change of the yaw rate",
        "its numbers are in no public text; those of SAE J2945/1 are used",
    ),
    # Security
    Clause("spdu", "7.4", "version 3, signedData, sm3, unsecuredData, AID of the network layer, generationTime, sm2"),
    Clause("no-location", "7.4", "no generationLocation and no other optional part of the header"),
    Clause("signature", "7.4", "the signature holds under the signing certificate"),
    Clause("full-certificate", "7.4", "whole certificate at start, after a change, each 450 ms and with an event"),
    Clause("digest", "7.4", "else the digest of eight octets"),
    Clause("no-certificate", "7.4", "without a usable certificate no BSM goes"),
    Clause("duty-certificate", "7.4", "an emergency vehicle on duty signs with its identity certificate"),
    Clause("old-message", "7.4", "a message older than 1 s is refused"),
    Clause("future-message", "7.4", "a message from the future is refused"),
    Clause("unknown-parts", "7.3.2", "what a receiver does not know of a BSM it passes over"),
    Clause("change-together", "7.4", "certificate, layer-2 source, id and msgCnt change together"),
    Clause("random-start", "7.4", "each start takes a certificate at random"),
    Clause("change-40", "9.3.4", "600 s at 40 km/h: a change at 300 s"),
    Clause("change-20", "9.3.4", "600 s at 20 km/h: no change"),
    Clause("change-event", "9.3.4", "an event of 400 s holds the certificate; its end lets it go"),
    # Congestion
    Clause("by-ratio", "annex C", "by busy ratio and speed: 100, 200, 400, 500, 1000 ms"),
    Clause("ten-messages", "annex C", "a period is kept for at least ten messages"),
    Clause("by-density", "annex C", "by the vehicles within 100 m"),
    Clause("tracking-error", "annex C", "sooner where the others would see the vehicle 0.2 to 0.5 m off"),
    Clause("events-free", "annex C", "event BSMs know no congestion control"),
)

BY_NAME = {clause.name: clause for clause in CLAUSES}
