#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# packages.sh [--missing] WHAT=PACKAGE...: installs the Debian packages of what is missing; if something is missing then, one line names
# it and the status is 2. --missing only prints what is missing. WHAT is a program, lib:NAME as pkg-config knows it, python:MODULE, or
# fuzzer:CC: libFuzzer for that compiler.
# A linker gives its output the mode of a program: root would do so to /dev/null.
links_fuzzer() {
    scratch=$(mktemp) || return 1
    echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' | "$1" -fsanitize=fuzzer -x c -o "$scratch" - >/dev/null 2>&1
    links=$?
    rm -f "$scratch"
    return $links
}

is_there() {
    case $1 in
        lib:*) pkg-config --exists "${1#lib:}" 2>/dev/null ;;
        python:*) "${PYTHON:-python3}" -c "import ${1#python:}" 2>/dev/null ;;
        fuzzer:*) links_fuzzer "${1#fuzzer:}" ;;
        *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

# Of "$@"; sets missing and packages.
look() {
    missing='' packages=''
    for item; do
        what=${item%%=*} package=${item#*=}
        is_there "$what" && continue
        missing="$missing $what"
        case " $packages " in *" $package "*) ;; *) packages="$packages $package" ;; esac
    done
    packages=${packages# } missing=${missing# }
}

fail() {
    echo "missing: $missing (Debian: $packages): $1" >&2
    exit 2
}

only_look=no
if [ "$1" = --missing ]; then only_look=yes; shift; fi
look "$@"
if [ $only_look = yes ]; then
    echo "$missing"
    exit
fi
[ -n "$missing" ] || exit 0

# apt-get and dpkg want the system's directories.
PATH_HERE=$PATH
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
command -v apt-get >/dev/null || fail 'there is no apt-get here; install them by hand'
if [ "$(id -u)" = 0 ]; then sudo=
elif command -v sudo >/dev/null; then sudo=sudo
else fail 'neither root nor sudo; install them by hand'
fi
echo "Installing $packages"
apt() { $sudo env DEBIAN_FRONTEND=noninteractive PATH="$PATH" apt-get -qq -o DPkg::Lock::Timeout=120 "$@"; }
apt update
# shellcheck disable=SC2086
apt install -y --no-install-recommends $packages || fail 'apt-get cannot install them'
PATH=$PATH_HERE
look "$@"
[ -z "$missing" ] || fail 'installed, but not found; is their directory in PATH?'
