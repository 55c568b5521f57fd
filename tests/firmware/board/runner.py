"""Runs the functions test_* of the files named, on any Python: `RUNTIME runner.py FOLDER... -- FILE...`.

The rule: it ends with "RAN n FAILED m", and only then with status 0 or 1; whatever else ends it is a failure too.
"""

import sys


def main(words):
    split = words.index("--")
    for folder in reversed(words[:split]):
        sys.path.insert(0, folder)
    __import__("micropython")  # on CPython it brings the ticks

    ran = failed = 0
    for name in words[split + 1 :]:
        module = __import__(name)
        for each in sorted(dir(module)):
            if each.startswith("test_"):
                ran += 1
                try:
                    getattr(module, each)()
                    print("ok", name, each)
                except Exception as error:
                    failed += 1
                    print("FAIL", name, each)
                    if hasattr(sys, "print_exception"):
                        sys.print_exception(error)
                    else:
                        import traceback

                        traceback.print_exc(file=sys.stdout)
    print("RAN", ran, "FAILED", failed)
    sys.exit(1 if failed or not ran else 0)


main(sys.argv[1:])
