"""A command that ends in good order when the process that started it does: `python -m kollega.child work`.

The pipe to its standard input ties the two together. It breaks alike on every system, whether the one who holds it
lets go of it or dies; a signal would not, and Windows has none that a process could be asked by.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading

STDIN = 0
INTERRUPTED = 130
"""What typer makes of a Ctrl-C that nobody handles."""


def main() -> None:
    """Run the command line until it ends by itself or the pipe does."""
    # Who starts us in the background of a script has it ignored, and then nothing interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        threading.Thread(target=_listen, daemon=True).start()  # from here on the pipe may break at any moment
        from kollega import cli  # it takes a second, in which the pipe may break already

        cli.main()
    except KeyboardInterrupt:
        sys.exit(0)
    except SystemExit as ended:
        if ended.code == INTERRUPTED:  # it had not yet come so far as to have anything in hand
            sys.exit(0)
        raise


def _listen() -> None:
    """What breaks the pipe does what Ctrl-C does: the commands know how to end by it."""
    while os.read(STDIN, 1):  # not through sys.stdin, whose lock would stop the interpreter from ending
        pass
    _thread.interrupt_main(signal.SIGINT)


if __name__ == "__main__":
    main()
