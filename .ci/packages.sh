#!/bin/sh
# Provide what pip cannot bring: `chromium` or `postgresql`. Does nothing where it is there already.
set -eu
bin=$1 wanted=$2
apt="sh $(dirname "$0")/apt.sh"

has_browser() {
    for name in chromium-headless-shell chromium chromium-browser google-chrome microsoft-edge; do
        command -v "$name" >/dev/null && return
    done
    ls "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}"/chromium* >/dev/null 2>&1
}

has_postgresql() {
    command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}

# Playwright's driver needs a library that a minimal Debian lacks.
driver_starts() {
    "$bin/python" -m playwright --version >/dev/null 2>&1
}

case $wanted in
chromium)
    driver_starts || $apt libatomic1
    # Debian's headless shell needs half the processor time of its Chromium; Ubuntu has neither.
    has_browser || "$bin/python" -m playwright install chromium >/dev/null 2>&1 ||
        $apt chromium-headless-shell fonts-liberation 2>/dev/null || $apt chromium fonts-liberation
    ;;
postgresql) has_postgresql || $apt postgresql ;;
esac
