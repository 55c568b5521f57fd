"""What may be said of a signed packet: one member a reason, and the reason is the counter's name."""

from enum import Enum

from obu.codec.reasons import NONZERO_PADDING
from obu.core.quick import quick


class Verdict(Enum):
    """VALID, or why not. Sources: GB/T 45315-2025 7.4, YD/T 3957-2021, IEEE 1609.2 clause 5."""

    VALID = "valid"
    # encoding
    TRUNCATED = "truncated"
    TRAILING_BYTES = "trailing_bytes"
    NOT_CANONICAL = "not_canonical"
    MALFORMED = "malformed"
    SPDU_TOO_LONG = "spdu_too_long"
    PROTOCOL_VERSION = "protocol_version"
    NOT_SIGNED_DATA = "not_signed_data"
    HASH_ALGORITHM = "hash_algorithm"
    PAYLOAD_ABSENT = "payload_absent"
    PAYLOAD_NOT_PLAIN = "payload_not_plain"
    CERTIFICATE_COUNT = "certificate_count"
    SIGNATURE_ALGORITHM = "signature_algorithm"
    SIGNATURE_FORM = "signature_form"
    UNKNOWN_EXTENSION = "unknown_extension"
    # header
    CLOCK_UNSYNCHRONISED = "clock_unsynchronised"
    AID_MISMATCH = "aid_mismatch"
    GENERATION_TIME_ABSENT = "generation_time_absent"
    GENERATION_TOO_OLD = "generation_too_old"
    GENERATION_IN_FUTURE = "generation_in_future"
    EXPIRY_BEFORE_GENERATION = "expiry_before_generation"
    MESSAGE_EXPIRED = "message_expired"
    GENERATION_LOCATION_PRESENT = "generation_location_present"
    # signer
    SIGNER_SELF = "signer_self"
    SIGNER_X509 = "signer_x509"
    UNKNOWN_SIGNER = "unknown_signer"
    DIGEST_COLLISION = "digest_collision"
    SIGNER_NOT_END_ENTITY = "signer_not_end_entity"
    # key
    KEY_ALGORITHM = "key_algorithm"
    KEY_FORM = "key_form"
    KEY_OUT_OF_RANGE = "key_out_of_range"
    KEY_NOT_ON_CURVE = "key_not_on_curve"
    # certificate
    CERTIFICATE_VERSION = "certificate_version"
    CERTIFICATE_TYPE = "certificate_type"
    CERTIFICATE_ISSUER_ALGORITHM = "certificate_issuer_algorithm"
    CERTIFICATE_SELF_SIGNED = "certificate_self_signed"
    CERTIFICATE_ASSURANCE = "certificate_assurance"
    CERTIFICATE_ISSUER_UNKNOWN = "certificate_issuer_unknown"
    CERTIFICATE_OUTLIVES_ISSUER = "certificate_outlives_issuer"
    CERTIFICATE_EXCEEDS_ISSUER = "certificate_exceeds_issuer"
    CERTIFICATE_CHAIN_LENGTH = "certificate_chain_length"
    CERTIFICATE_END_ENTITY_TYPE = "certificate_end_entity_type"
    CERTIFICATE_SIGNATURE = "certificate_signature"
    CERTIFICATE_REVOKED = "certificate_revoked"
    TRUST_LIST_TOO_OLD = "trust_list_too_old"
    CERTIFICATE_NOT_YET_VALID = "certificate_not_yet_valid"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_OUTSIDE_REGION = "certificate_outside_region"
    AID_NOT_PERMITTED = "aid_not_permitted"
    # signature
    SIGNATURE_OUT_OF_RANGE = "signature_out_of_range"
    BAD_SIGNATURE = "bad_signature"
    # replay and plausibility
    REPLAYED = "replayed"
    OUT_OF_ORDER = "out_of_order"
    RATE_EXCEEDED = "rate_exceeded"
    TOO_FAR = "too_far"
    POSITION_JUMP = "position_jump"
    NAME_TAKEN = "name_taken"
    SEC_MARK_APART = "sec_mark_apart"
    # our own limits; shed: more was heard than could be verified, of what matters to us or of the rest
    SHED = "shed"
    SHED_RELEVANT = "shed_relevant"
    QUEUE_FULL = "queue_full"
    TIMED_OUT = "timed_out"
    BACKEND_FAILED = "backend_failed"


_BY_REASON = {verdict.value: verdict for verdict in Verdict} | {NONZERO_PADDING: Verdict.NOT_CANONICAL}


def of_reason(reason: str) -> Verdict:
    """The verdict of a RemoteError's reason; MALFORMED for the codec's finer ones."""
    return _BY_REASON.get(reason, Verdict.MALFORMED)


@quick
class Judgement:
    """The answer to one packet. payload and spdu, the whole of it, are there only when it is VALID.

    signer: HashedId8, None where the packet did not get so far. generation_time_us: since 2004 UTC, 0 where unknown.
    """

    ticket: int
    verdict: Verdict
    aid: int
    signer: bytes | None = None
    payload: bytes | None = None
    generation_time_us: int = 0
    spdu: bytes = b""


@quick
class Pending:
    """The answer comes later, by settle or expire, with this ticket."""

    ticket: int
