#!/bin/sh
# Makes .venv what requirements.lock says, and the program runnable from it.
# Quick when nothing changed, and then without the network.
set -eu
cd "$(dirname "$0")/.."

oldest="3.11"
works() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}
find_python() {
    for name in "${PYTHON:-python3}" python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
        path=$(command -v "$name" 2>/dev/null) || continue
        if works "$path"; then
            # The interpreter itself: a starter of pyenv looks at the folder it is called in.
            "$path" -c 'import sys; print(sys.executable)'
            return 0
        fi
    done
    return 1
}

mkdir -p build
if command -v flock >/dev/null 2>&1; then
    exec 9>build/setup.lock
    flock 9
fi

stamp=.venv/.cm-desktop
wanted=$(
    {
        pwd
        cat requirements.lock pyproject.toml tools/setup.sh
    } | cksum
)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && works .venv/bin/python; then
    exit 0
fi

if ! works .venv/bin/python || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    if ! python=$(find_python); then
        sh tools/debian.sh "CM Desktop" python3 python3-venv || true
        if ! python=$(find_python); then
            found=$(python3 -V 2>/dev/null || echo "no Python 3")
            echo "CM Desktop needs Python $oldest or newer, and there is $found here." \
                "Please install a newer one, or name it: make PYTHON=/path/to/python3.12" >&2
            exit 1
        fi
    fi
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        sh tools/debian.sh "CM Desktop" "python$version-venv" || exit 1
        if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
            echo "The venv module of $python is missing. Please install it" \
                "(Debian and Ubuntu: apt-get install python3-venv)." >&2
            exit 1
        fi
    fi
    echo "Making .venv with $("$python" -V)"
    "$python" -m venv --clear .venv
fi

pip() {
    .venv/bin/python -m pip --disable-pip-version-check --no-input "$@"
}
echo "Installing the packages of requirements.lock into .venv (a few minutes the first time)"
log=build/setup.log
# The lock is complete. An older pip that resolves it all the same asks for the newest release
# of a package wanted with an extra, and then finds no hash for that one.
if ! pip install --no-deps --require-hashes --only-binary :all: -r requirements.lock >"$log" 2>&1 ||
    ! pip install --no-deps --no-index --no-build-isolation -e . >>"$log" 2>&1; then
    grep -v '^WARNING' "$log" | tail -n 15 >&2
    echo "The packages could not be installed. Is the network reachable? All of it: $log" >&2
    exit 1
fi
echo "$wanted" >"$stamp"
