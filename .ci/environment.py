"""A folder with the Python and the parts that `make` works with: `environment.py FOLDER`, by any Python.

Says what to do in one line where it cannot be made: this Python is too old, or has no venv (Debian keeps
it in a package of its own, which is installed where we may).
"""

import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)


def main(folder: str) -> None:
    """Make the folder afresh."""
    if sys.version_info < OLDEST:
        found = "%d.%d" % sys.version_info[:2]
        sys.exit("targetcal-xl needs Python 3.11 or later; %s is Python %s." % (sys.executable, found))
    refuse_without_venv()
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)


def refuse_without_venv() -> None:
    """Install Debian's package as root, else name the line that does."""
    if has_venv():
        return
    line = "apt-get install -y --no-install-recommends python%d.%d-venv" % sys.version_info[:2]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        print("installing: " + line)
        sys.stdout.flush()
        subprocess.run("apt-get update && " + line, shell=True, check=False)
    if not has_venv():
        sys.exit("This Python has no venv. Install it, then try again:\n\n  %s\n" % line)


def has_venv() -> bool:
    """Whether this Python can make an environment with pip in it."""
    asked = [sys.executable, "-c", "import ensurepip, venv"]
    return subprocess.run(asked, stderr=subprocess.DEVNULL, check=False).returncode == 0


if __name__ == "__main__":
    main(sys.argv[1])
