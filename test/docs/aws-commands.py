"""Reads `aws` commands, a line each, and has the AWS CLI check every one against AWS's models; calls nothing."""
import contextlib
import io
import json
import shlex
import sys

from awscli.clidriver import create_clidriver

for line in sys.stdin:
    output, problem = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(problem):
        try:
            # A driver keeps what it was told, so each command has its own.
            code = create_clidriver().main(shlex.split(line)[1:] + ["--generate-cli-skeleton", "output"])
        except SystemExit as end:
            code = end.code
    print(json.dumps({"command": line.strip(), "code": code, "problem": problem.getvalue().strip()[-400:]}))
