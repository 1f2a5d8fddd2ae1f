"""Uses a processor as reports do and nothing else: so many milliseconds of it, then a rest, behind everybody's back.

usage: burner.py BUSY_MS REST_MS
What requests lose beside it is what the machine costs them, whoever the work is done by. It calls the system as seldom as
work does that gives no way: a kernel that looks for who waits only then, or at its ticks, finds no better moment.
"""

import os
import sys
import time


def spin(rounds):
    for _ in range(rounds):
        pass


busy, rest = (float(text) / 1000 for text in sys.argv[1:])
os.setpriority(os.PRIO_PROCESS, 0, 10)
rounds, took = 100_000, 0
while took < 0.02:
    rounds *= 2
    began = time.thread_time()
    spin(rounds)
    took = time.thread_time() - began
rounds = int(rounds * busy / took)
while True:
    spin(rounds)
    time.sleep(rest)
