#!/bin/sh
# Checks the system libraries and commands that Prompt Workbench needs, and installs what is missing.
# usage: system-libs.sh run|test
# As root on a system with apt it installs; otherwise it names what is missing, says what to type, and fails.
set -eu

kind=$1

# What it is needed for; a library, a font file or a command; and the package of Debian and Ubuntu that has it.
needs() {
    cat <<'END'
model  lib libgomp.so.1                libgomp1
model  lib libstdc++.so.6              libstdc++6
window lib libEGL.so.1                 libegl1
window lib libGL.so.1                  libgl1
window lib libX11-xcb.so.1             libx11-xcb1
window lib libdbus-1.so.3              libdbus-1-3
window lib libfontconfig.so.1          libfontconfig1
window lib libfreetype.so.6            libfreetype6
window lib libglib-2.0.so.0            libglib2.0-0
window lib libgssapi_krb5.so.2         libgssapi-krb5-2
window lib libwayland-client.so.0      libwayland-client0
window lib libwayland-cursor.so.0      libwayland-cursor0
window lib libwayland-egl.so.1         libwayland-egl1
window lib libxcb-cursor.so.0          libxcb-cursor0
window lib libxcb-glx.so.0             libxcb-glx0
window lib libxcb-icccm.so.4           libxcb-icccm4
window lib libxcb-image.so.0           libxcb-image0
window lib libxcb-keysyms.so.1         libxcb-keysyms1
window lib libxcb-randr.so.0           libxcb-randr0
window lib libxcb-render-util.so.0     libxcb-render-util0
window lib libxcb-shape.so.0           libxcb-shape0
window lib libxcb-shm.so.0             libxcb-shm0
window lib libxcb-sync.so.1            libxcb-sync1
window lib libxcb-xfixes.so.0          libxcb-xfixes0
window lib libxcb-xkb.so.1             libxcb-xkb1
window lib libxkbcommon.so.0           libxkbcommon0
window lib libxkbcommon-x11.so.0       libxkbcommon-x11-0
window font *.[ot]t[fc]                fonts-dejavu-core
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
        window) [ "$kind" = test ] || has_window || continue ;;
        test) [ "$kind" = test ] || continue ;;
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
