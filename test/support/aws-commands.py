"""Runs commands of Debian's AWS CLI, one after another, in one process: half a second each is spent on importing it.

Reads a line of JSON for each, {"args": [...], "env": {...}}, and answers {"code", "stdout", "stderr"} likewise.
"""
import contextlib
import io
import json
import os
import sys

from awscli.clidriver import create_clidriver

# The CLI says by its environment where its own data are.
own = dict(os.environ)

for line in sys.stdin:
    command = json.loads(line)
    os.environ.clear()
    os.environ.update(own | command["env"])
    stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    stderr = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        try:
            # A driver keeps what it was told, so each command has its own.
            code = create_clidriver().main(command["args"])
        except SystemExit as end:
            code = end.code
    answer = {
        "code": code,
        "stdout": stdout.buffer.getvalue().decode("utf-8"),
        "stderr": stderr.buffer.getvalue().decode("utf-8"),
    }
    print(json.dumps(answer), flush=True)
