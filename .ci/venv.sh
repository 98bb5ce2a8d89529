#!/bin/sh
# Make the virtual environment in $2 with Python $1, and install what uv.lock pins; the rest is for `uv sync`.
set -eu
python=$1 venv=$2
shift 2

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Kollega needs Python 3.11 or newer; $("$python" --version) is too old. Try: make PYTHON=python3.11" >&2
    exit 1
}
# Debian and Ubuntu keep the module that makes virtual environments in a package of its own.
"$python" -c 'import ensurepip' 2>/dev/null || sh "$(dirname "$0")/apt.sh" python3-venv

echo "Installing Kollega into $venv …"
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check uv

sync() {
    UV_PROJECT_ENVIRONMENT="$venv" "$venv/bin/uv" sync --quiet --frozen --inexact --python "$venv/bin/python" "$@"
}
# Behind a gateway with a certificate of its own, only the system's certificates will do.
sync "$@" 2>/dev/null || UV_SYSTEM_CERTS=true sync "$@"
