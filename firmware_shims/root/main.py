"""The second thing: the loader starts a slot. What ends that is a reset, no prompt, but for an open REPL."""

try:
    import start

    start.run()
except Exception as error:
    __import__("sys").print_exception(error)
    __import__("time").sleep_ms(1000)
__import__("machine").reset()
