"""The only place where rooms are joined: configuration, wiring, the loop, the journal, the store, the logs."""
