"""FlexStack's side of a benchmark, run by an interpreter of its own: a chain, messages, and the time of each."""

import json
import sys
import time

from flexstack.security.certificate import OwnCertificate
from flexstack.security.certificate_library import CertificateLibrary
from flexstack.security.ecdsa_backend import PythonECDSABackend
from flexstack.security.sign_service import SignService
from flexstack.security.sn_sap import SNSIGNRequest, SNVERIFYRequest
from flexstack.security.verify_service import VerifyService

AID = 111


def tbs(name, issues):
    """A certificate to be signed. issues: the least chain below it, 0 for an end entity."""
    value = {
        "id": ("name", name) if name else ("none", None),
        "cracaId": bytes(3),
        "crlSeries": 0,
        "validityPeriod": {"start": 0, "duration": ("years", 60)},
        "appPermissions": [{"psid": AID}],
        "verifyKeyIndicator": ("verificationKey", ("ecdsaNistP256", ("fill", None))),
    }
    if issues:
        permissions = {"subjectPermissions": ("all", None), "minChainLength": issues, "chainLengthRange": 0}
        value["certIssuePermissions"] = [{**permissions, "eeType": (b"\x80", 8)}]
    return value


def median_us(work, arguments):
    """The median CPU time of one call, in microseconds."""
    spent = []
    for argument in arguments:
        began = time.process_time()
        work(argument)
        spent.append(time.process_time() - began)
    return sorted(spent)[len(spent) // 2] * 1e6


def request(message):
    """A request to sign a message of AID."""
    return SNSIGNRequest(
        tbs_message_length=len(message), tbs_message=message, its_aid=AID, permissions_length=0, permissions=b""
    )


def main():
    payload, count = bytes.fromhex(sys.argv[1]), int(sys.argv[2])
    backend = PythonECDSABackend()
    root = OwnCertificate.initialize_certificate(backend, tbs("root", 2))
    authority = OwnCertificate.initialize_certificate(backend, tbs("authority", 1), root)
    ticket = OwnCertificate.initialize_certificate(backend, tbs("", 0), authority)
    library = CertificateLibrary(backend, [root], [authority], [ticket])
    library.add_own_certificate(ticket)
    signer, verifier = SignService(backend, library), VerifyService(backend, library)
    packets = []
    sign_us = median_us(lambda each: packets.append(signer.sign_other(each).sec_message),
                        [request(payload + bytes([number])) for number in range(count)])  # fmt: skip

    def verify(packet):
        asked = SNVERIFYRequest(sec_header_length=0, sec_header=b"", message_length=len(packet), message=packet)
        report = verifier.verify(asked).report
        assert report.name == "SUCCESS", report

    print(json.dumps({"sign_us": sign_us, "verify_us": median_us(verify, packets)}))


main()
