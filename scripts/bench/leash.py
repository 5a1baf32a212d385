#!/usr/bin/env python3
"""bench/leash: runs a script so that nothing it started outlives it, whether it ends or is ended: by Ctrl-C, `timeout`, or SIGKILL (on Linux).

    scripts/bench/leash.py SCRIPT ARGUMENT...     what a script in bash begins with
    leash.hold()                                  the same for one in Python

Two processes stand above the script. The outer one is what the caller knows and signals. The inner one is told of its end by the kernel, inherits
whatever the script's processes leave behind (a trainer in a session of its own too), and ends it.
"""
import ctypes, os, signal, sys, time
from pathlib import Path

HELD = "KUBETUNE_BENCH_LEASH"  # set below a leash: one is enough
SECONDS_TO_TIDY = 5  # for the script to delete its files
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def hold():
    """Returns in a process of its own, the script; SIGTERM ends that as sys.exit does."""
    held = os.environ.setdefault(HELD, str(os.getpid())) != str(os.getpid())
    if sys.platform == "linux" and not held:
        outer, inner = os.getpid(), os.fork()
        if inner:
            relay(inner)
        os.setpgid(0, 0)  # what is sent to the caller's whole group leaves us the time to tidy
        signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        if prctl(PR_SET_PDEATHSIG, signal.SIGTERM) or prctl(PR_SET_CHILD_SUBREAPER, 1):
            sys.exit(f"can't follow processes: {os.strerror(ctypes.get_errno())}")
        script = os.fork() if os.getppid() == outer else os._exit(1)
        if script:
            os._exit(guard(script))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


HEARD = {signal.SIGTERM, signal.SIGCHLD}


def relay(inner):
    """Ends as the script does, and ends the script where it is told to end."""
    told = []

    def tell(number, _):
        told.append(number)
        os.kill(inner, signal.SIGTERM)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, tell)
    _, status = os.waitpid(inner, 0)
    if told:
        signal.signal(told[0], signal.SIG_DFL)
        os.kill(os.getpid(), told[0])
    os._exit(os.waitstatus_to_exitcode(status) & 255)


def guard(script):
    """Waits for the script's end or a word to end it, and leaves no process behind; returns its exit status."""
    ended = {}
    while script not in ended and signal.sigwait(HEARD) != signal.SIGTERM:
        reap(ended)
    if script not in ended:  # it sees nothing of the others' end, and deletes its files when nobody writes them any more
        os.kill(script, signal.SIGSTOP)
        leave(ended, script)
        for number in (signal.SIGTERM, signal.SIGCONT):
            if script not in ended:
                os.kill(script, number)
        until = time.monotonic() + SECONDS_TO_TIDY
        while script not in ended and time.monotonic() < until:
            time.sleep(0.02)
            reap(ended)
    leave(ended)
    status = os.waitstatus_to_exitcode(ended[script])
    return status if status >= 0 else 128 - status


def leave(ended, script=None):
    """Ends all processes but the script."""
    while others := [each for each in below(os.getpid()) + (below(script) if script else []) if each != script]:
        for each in others:
            try:
                os.kill(each, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.02)
        reap(ended)


def reap(ended):
    try:
        while (pair := os.waitpid(-1, os.WNOHANG))[0]:
            ended[pair[0]] = pair[1]
    except ChildProcessError:
        pass


def below(parent):
    """The processes that this one started or inherited."""
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, its_parent = each.read_text().rpartition(")")[2].split()[:2]
        except (OSError, ValueError):  # it has ended meanwhile
            continue
        if int(its_parent) == parent and state != "Z":
            found.append(int(each.parent.name))
    return found


if __name__ == "__main__":
    hold()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, a shell's pipes need it
    os.execvp(sys.argv[1], sys.argv[1:])
