"""The other way in, for boards whose REPL is open: the same requests as over the link (docs/flashing.md)."""

import binascii

import machine

serving = []  # the Install of what ran until the REPL came in; after a soft reset nothing did


def do(data):
    """One request; its answer is printed in hex."""
    if not serving:
        import start

        serving.append(start.at_prompt())
    install = serving[0]
    print(binascii.hexlify(install.do(data)).decode())
    if install.must_restart:
        machine.reset()
