"""Message <-> packet: DSMP, the sender and the receiver."""
