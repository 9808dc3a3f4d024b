#!/bin/sh
# The loop, then every face of the window, then some of them again for a screen of high resolution.
set -e
cd "$(dirname "$0")/.."
PY=.venv/bin/python
"$PY" -m tests.e2e.demo
"$PY" -m tests.e2e.gallery
QT_SCALE_FACTOR=2 "$PY" -m tests.e2e.gallery blocks mistakes texts reading layout
