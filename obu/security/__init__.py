"""Who may say what, and did they: certificates, trust, signed packets, pseudonyms; signing itself is the pool's."""
