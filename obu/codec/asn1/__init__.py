"""The ASN.1 sources, as package data: one module per message, the shared types, the editions' difference, security."""
