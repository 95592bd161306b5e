#!/bin/sh
# Installs what is missing of some Debian packages: debian.sh PURPOSE PACKAGE...
# Does nothing where all are there, nor on a system without dpkg. No daemon is started.
# Ends with 1 and one sentence when packages are missing and cannot be installed.
set -eu

purpose=$1
shift
command -v dpkg-query >/dev/null 2>&1 || exit 0

installed() {
    # Debian 13 and Ubuntu 24.04 renamed some libraries with the ending t64.
    for name in "$1" "$1t64"; do
        state=$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)
        [ "$state" != installed ] || return 0
    done
    return 1
}

missing=
for package in "$@"; do
    installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
    as_root() { "$@"; }
elif command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    as_root() { sudo "$@"; }
else
    echo "$purpose needs packages of the system. Please install them: apt-get install$missing" >&2
    exit 1
fi

echo "Installing for $purpose:$missing"
log=$(mktemp)
# A server that comes with a package must not start by itself: policy-rc.d forbids it while
# apt runs, and what the package enabled for the next start of the machine is disabled below.
policy=/usr/sbin/policy-rc.d
made_policy=
clean() {
    [ -z "$made_policy" ] || as_root rm -f "$policy"
    rm -f "$log"
}
trap clean EXIT
trap 'exit 130' INT TERM
if [ ! -e "$policy" ]; then
    made_policy=yes
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
fi

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l \
        apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" </dev/null >>"$log" 2>&1
}
case " $missing " in *" postfix "*)
    echo "postfix postfix/main_mailer_type select No configuration" |
        as_root debconf-set-selections
    ;;
esac
# The package lists may be old or absent: they are renewed when the first try fails.
# shellcheck disable=SC2086
if ! apt install --no-install-recommends $missing &&
    ! { apt update && apt install --no-install-recommends $missing; }; then
    tail -n 15 "$log" >&2
    echo "$purpose needs packages that apt-get could not install:$missing" >&2
    exit 1
fi
if [ -d /run/systemd/system ]; then
    for package in $missing; do
        case $package in
            mariadb-server) unit=mariadb ;;
            dovecot-core) unit=dovecot ;;
            postfix) unit=postfix ;;
            *) continue ;;
        esac
        as_root systemctl disable --quiet "$unit" 2>/dev/null ||
            echo "Please disable the service $unit: the tests only need its programs." >&2
    done
fi
