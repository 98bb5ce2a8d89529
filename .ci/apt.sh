#!/bin/sh
# Install packages of the distribution, as root or through sudo; says what to do where neither is possible.
set -eu
command -v apt-get >/dev/null || {
    echo "Please install $* by hand, and try again." >&2
    exit 1
}
root=
[ "$(id -u)" = 0 ] || root=sudo
echo "Installing $* from the distribution …"
$root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends "$@" >/dev/null
