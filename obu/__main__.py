"""`python -m obu` is the console command."""

import sys

from obu.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
