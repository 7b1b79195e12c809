# shellcheck shell=bash
# Builds what has changed. A stamp is the hash of every source that goes in: `dotnet build` takes seconds to find that
# there is nothing to do, the stamp takes a tenth of one.

stamps=$LIVELEDGER_ROOT/artifacts/stamps

# hash_of PATH…: one hash over names and contents. The player and the browser tests are TypeScript: inside src and tests
# are left out, named themselves they are not; and so are NuGet's lock files, which a restore may write.
hash_of() {
  (
    cd "$LIVELEDGER_ROOT"
    find "$@" \( -name bin -o -name obj -o -name node_modules -o -name dist -o -name TestResults \
      -o -path src/player -o -path tests/Browser \) -prune -o -type f ! -name packages.lock.json -print0 |
      LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
  )
}

props=(Directory.Build.props Directory.Packages.props global.json .editorconfig)

# build_dotnet STAMP PROJECT…: builds the projects in Release if a source of the repository changed since.
build_dotnet() {
  local name=$1 project log sources=(src contracts/published)
  shift
  log=$LIVELEDGER_ROOT/artifacts/build-$name.log
  case "$1" in tests/* | *.slnx) sources=(src contracts/published tests LiveLedger.slnx) ;; esac
  local hash
  hash=$(hash_of "${sources[@]}" "${props[@]}")
  if [ "$(cat "$stamps/$name" 2>/dev/null)" = "$hash" ] && is_built "$@"; then return 0; fi
  need_sdk
  for project in "$@"; do
    say "building $(basename "$project")"
    # The compiler's server lives on for ten minutes: it must not inherit our turn, or the next launcher waits as long.
    dotnet build "$LIVELEDGER_ROOT/$project" -c Release -v quiet --nologo -p:GenerateFullPaths=true >"$log" 2>&1 9>&- ||
      { grep -E '(error|Error) ' "$log" | sort -u | head -8 >&2 || tail -8 "$log" >&2; die "the build of $project failed (all of it: $log)"; }
  done
  mkdir -p "$stamps"
  printf '%s\n' "$hash" >"$stamps/$name"
}

is_built() {
  local project file
  for project in "$@"; do
    [ "$project" != LiveLedger.slnx ] || project='*/*'
    for file in "$LIVELEDGER_ROOT"/$project/*.csproj; do
      [ -d "${file%/*}/bin/Release/net10.0" ] || return 1
    done
  done
}

build_player() {
  local hash
  hash=$(hash_of src/player/)
  if [ "$(cat "$stamps/player" 2>/dev/null)" = "$hash" ] && [ -d "$LIVELEDGER_ROOT/src/player/dist" ]; then return 0; fi
  need_npm src/player
  say "building the player"
  (cd "$LIVELEDGER_ROOT/src/player" && npm run --silent build) >"$LIVELEDGER_ROOT/artifacts/build-player.log" 2>&1 9>&- ||
    { tail -8 "$LIVELEDGER_ROOT/artifacts/build-player.log" >&2; die "the player did not build"; }
  mkdir -p "$stamps"
  printf '%s\n' "$hash" >"$stamps/player"
}
