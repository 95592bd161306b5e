"""Runs pydiscourse for tests: a method and what it is given per line in, an answer per line out.

Run as a script by a Python that has the library; nothing of this project is imported. What the
library has no method for goes through its own way of asking, such as `_post`.
"""

import json
import sys

from pydiscourse import DiscourseClient
from pydiscourse.exceptions import DiscourseError


def main(url, name, key):
    client = DiscourseClient(url, api_username=name, api_key=key)
    for line in sys.stdin:
        method, given, more = json.loads(line)
        try:
            answer = {"result": getattr(client, method)(*given, **more)}
        except DiscourseError as error:
            response = getattr(error, "response", None)
            status = None if response is None else response.status_code
            answer = {"error": type(error).__name__, "status": status}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
