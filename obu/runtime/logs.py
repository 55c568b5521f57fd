"""Logs for people: one line an event on standard error, nothing per packet, no key and no position."""

import logging
import sys

FORMAT = "%(asctime)s %(levelname)-7s %(message)s"


def start(verbose: bool = False) -> logging.Logger:
    """The unit's logger, writing UTF-8 lines to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(FORMAT))
    logger = logging.getLogger("obu")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    logger.propagate = False
    return logger
