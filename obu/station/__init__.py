"""The whole unit without drivers: Station.step(now, inbox) -> outbox."""
