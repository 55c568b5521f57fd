"""ASN.1 to Python: reads asn1/*.asn and writes generated/*.py, before anything runs (docs/codec.md)."""
