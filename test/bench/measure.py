#!/usr/bin/env python3
"""measure.py COMMAND... : runs it with its standard output untouched; the last line on standard error is what it cost, by wait4:
{"code", "cpuSeconds" (user and system), "wallSeconds", "maxRssBytes"}. Node cannot ask this of a child."""
import json
import os
import subprocess
import sys
import time

began = time.monotonic()
child = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(child.pid, 0)
cost = {'code': os.waitstatus_to_exitcode(status), 'cpuSeconds': usage.ru_utime + usage.ru_stime,
        'wallSeconds': time.monotonic() - began, 'maxRssBytes': usage.ru_maxrss * 1024}
sys.stderr.write('\n' + json.dumps(cost) + '\n')
