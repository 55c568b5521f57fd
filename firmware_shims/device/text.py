"""A small display's lines of text: cut to its width, drawn only when they change, and gone with the link."""


class Text:
    """lines: as they shall stand there, padded with blanks. changed: the set bits are lines to be drawn."""

    def __init__(self, rows, columns):
        self._columns = columns
        self._blank = " " * columns
        self.lines = [self._blank for _ in range(rows)]
        self.changed = 0

    def put(self, row, data):
        """UTF-8 for a line. What is no such line or no text is refused: False."""
        if not 0 <= row < len(self.lines):
            return False
        try:
            said = str(data, "utf-8")
        except UnicodeError:
            return False
        line = said[: self._columns]
        line = line + " " * (self._columns - len(line))
        if line != self.lines[row]:
            self.lines[row] = line
            self.changed |= 1 << row
        return True

    def clear(self):
        """Nobody stands behind the words any more; costs no memory."""
        for row in range(len(self.lines)):
            if self.lines[row] != self._blank:
                self.lines[row] = self._blank
                self.changed |= 1 << row

    def drawn(self, row):
        """The display shows this line now."""
        self.changed &= ~(1 << row)
