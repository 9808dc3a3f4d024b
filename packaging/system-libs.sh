#!/bin/sh
# Checks the system libraries and commands that Prompt Workbench needs, and installs what is missing.
# usage: system-libs.sh run|test|deep
# As root on a system with apt it installs; otherwise it names what is missing, says what to type, and fails.
set -eu

kind=$1

# What it is needed for; a library, a font file or a command; and the package of Debian and Ubuntu that has it.
needs() {
    cat "$(dirname "$0")/../resources/system-libraries.txt"
    cat <<'END'
test   font DejaVuSans.ttf             fonts-dejavu-core
test   cmd Xvfb                        xvfb
test   cmd xauth                       xauth
test   cmd dbus-run-session            dbus-daemon
test   cmd gnome-keyring-daemon        gnome-keyring
test   cmd desktop-file-validate       desktop-file-utils
test   cmd appstreamcli                appstream
test   cmd git                         git
test   cmd curl                        curl
test   cmd unshare                     util-linux
deep   cmd xdotool                     xdotool
deep   cmd openbox                     openbox
END
}

has_window() { [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(id -u)" = 0 ]; }

has() {
    case $1 in
        lib) case $libraries in *"	$2 "*) true ;; *) false ;; esac ;;
        cmd) command -v "$2" >/dev/null 2>&1 ;;
        font) [ -n "$(find /usr/share/fonts /usr/local/share/fonts "${HOME:-/}/.local/share/fonts" \
            -name "$2" -print -quit 2>/dev/null)" ] ;;
    esac
}

# Other systems than Linux bring these with Qt.
[ "$(uname -s)" = Linux ] || exit 0

libraries=$(PATH="$PATH:/usr/sbin:/sbin" ldconfig -p)
packages='' names=''
while read -r purpose type name package; do
    case $purpose in
        '#') continue ;;
        window) [ "$kind" = test ] || has_window || continue ;;
        test) [ "$kind" = test ] || continue ;;
        deep) [ "$kind" = deep ] || continue ;;
    esac
    has "$type" "$name" || { packages="$packages $package" names="$names $name"; }
done <<END
$(needs)
END
[ -n "$packages" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Prompt Workbench needs these libraries and commands of the system:$names. Install them and start again." >&2
    exit 1
fi
if [ "$(id -u)" != 0 ]; then
    echo "Prompt Workbench needs some packages of the system. Install them and start again:" >&2
    echo "    sudo apt-get install -y --no-install-recommends$packages" >&2
    exit 1
fi
echo "Installing packages of the system:$packages"
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -qq -y --no-install-recommends "$@" >/dev/null; }
# The lists of packages may be old or, on a fresh system, not there at all.
# shellcheck disable=SC2086
install $packages 2>/dev/null || { apt-get update -qq && install $packages; }
