"""Whose fault was it? Two families of errors and no more; the third answer, a failed signature, is a Verdict."""


class LocalError(Exception):
    """We did wrong, or were set up wrong: the unit goes to its safe state and says so.

    The text is one sentence that names the fix. `zh` is the same sentence for a technician who reads Chinese.
    """

    def __init__(self, text: str, zh: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.zh = zh or text


class ConfigError(LocalError):
    """A configuration file is absent, malformed, or has a key that is wrong.

    The text names file and key; who finds it may know the key alone, and who knows the file adds it by `of`.
    """

    def __init__(self, text: str, zh: str | None = None, file: str = "") -> None:
        en, local = f"{file}: {text}", f"{file}：{zh or text}"
        super().__init__(*((en, local) if file else (text, zh)))
        self.file = file

    def of(self, file: object) -> "ConfigError":
        """The same of a key of that file, unless it is of another file already."""
        return self if self.file else ConfigError(self.text, self.zh, str(file))


class RemoteError(Exception):
    """They did wrong: bytes from the air, a bus, a serial line or a client that we refuse.

    `reason` is a constant of our own in snake_case (never text from the stranger): it is the counter's name.
    Caught only where strangers' bytes come in, and there each one is counted: stack/receiver and security/verifier for
    the air, can_input/decoder for the bus, positioning/lines for the receiver, drivers/local_socket and the screen's
    ends of it for clients, and runtime/trust_keeper for lists; a verb of obu/cli turns it into a sentence.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
