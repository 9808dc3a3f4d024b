"""Runs the tests that just failed once more, in one quiet process: `python -m tests.second_run MOST CODE`.

CODE is the exit code of the run before. It becomes 0 only if at most MOST tests failed there and each passes now; the
last lines of the output name them as unstable, because each is still a fault, of the test or of the product. With MOST
= 0, the default of `make test`, nothing runs and CODE stands.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LAST_FAILED = Path(".pytest_cache/v/cache/lastfailed")
_TESTS_FAILED = 1
"""pytest's exit code; every other one says that the run itself failed or was interrupted."""


def failed_tests(path: Path = LAST_FAILED) -> list[str]:
    """Return the ids of the tests that failed in the last run."""
    return sorted(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []


def second_run(most: int, code: int, failed: list[str]) -> int:
    """Run the failed tests again if there are at most `most`, and return the exit code for both runs."""
    if code != _TESTS_FAILED or not 0 < len(failed) <= most:
        return code
    print(f"\n{len(failed)} failed. Running again, alone:", *failed, sep="\n  ", flush=True)
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", *failed]
    again = subprocess.run(command, check=False).returncode
    if again:
        return again
    print("Unstable, to be mended: failed among the other tests and passed alone:", *failed, sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(second_run(int(sys.argv[1]), int(sys.argv[2]), failed_tests()))
