# tools/build.sh: what ./run and ./test share: packages, configuration, compilation.
# Sourced with the repository's root as the current folder; everything it says goes to stderr.

say() { printf '%s\n' "$*" >&2; }
fail() { say "erbium: $*"; exit 6; }

# Debian packages that are not installed yet, out of the names given.
missing_packages() {
    local name
    for name in "$@"; do
        dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || printf '%s ' "$name"
    done
}

install_packages() {
    local missing as_root=""
    command -v dpkg-query >/dev/null 2>&1 || return 0 # not Debian: the configuration says what it lacks
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    say "erbium: installing Debian packages: $missing"
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 || fail "cannot install packages: run as root, install sudo, or install by hand: $missing"
        as_root="sudo"
    fi
    local log
    log=$(mktemp)
    # shellcheck disable=SC2086  # one word per package
    if ! { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing ||
        { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; }; } >"$log" 2>&1; then
        fail "cannot install packages ($missing): $(grep -E '^E:' "$log" | tail -n 1)"
    fi
    rm -f "$log"
}

# True when a file that the build reads is newer than the stamp of the last build.
is_stale() {
    local stamp=$1
    [ -e "$stamp" ] || return 0
    [ -n "$(find erbium apps cmake models tools/build.sh CMakeLists.txt CMakePresets.json "${@:2}" -newer "$stamp" -print -quit)" ]
}

# build STAMP TARGET [CMAKE_OPTION ...]: configures (once) and compiles; quiet unless it fails.
build() {
    local stamp=$1 target=$2 log
    shift 2
    log=$(mktemp)
    say "erbium: building ($target); the first time takes a few minutes ..."
    if ! { cmake --preset release "$@" && cmake --build --preset release --target "$target"; } >"$log" 2>&1; then
        grep -E '(error|Error|FAILED|fatal)' "$log" | head -n 20 >&2
        fail "the build failed; the whole log is $log"
    fi
    rm -f "$log"
    touch "$stamp"
}

BUILD_PACKAGES="g++ cmake ninja-build libfmt-dev libcli11-dev libyaml-cpp-dev nlohmann-json3-dev libxxhash-dev libsbml5-dev libnetcdf19"
# What only tests need: the framework, and the integrator and LU that ours are held against.
TEST_PACKAGES="libgtest-dev libsundials-dev libsuitesparse-dev"
