# shellcheck shell=bash
# Runs the tests of every language and adds them up. Counts come from the runners' report files, never from their text; a
# project that crashes, hangs or runs no test at all counts as one failed.

passed=0 failed=0 skipped=0
results=$LIVELEDGER_ROOT/artifacts/tests
project_limit=${LIVELEDGER_TEST_LIMIT:-2100}

run_tests() {
  local area=${1:-}
  case "$area" in -h | --help) echo "usage: ./liveledger test [AREA]"; test_projects; return 0 ;; esac
  cd "$LIVELEDGER_ROOT"
  local chosen
  chosen=$(choose "$area")
  [ -n "$chosen" ] || { say "no tests are called '$area'; there are:"; test_projects >&2; exit 2; }

  take_turn
  need_dotnet
  need_node
  need_library libsodium.so.23 libsodium23
  need_tool ffmpeg ffmpeg
  # Go's own log verifier, as sources.
  need_tool go golang-go
  need_file /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog/tlog.go golang-golang-x-mod-dev
  # A broker for the messages.
  need_file /usr/lib/rabbitmq/bin/rabbitmq-server rabbitmq-server
  need_file /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf fonts-dejavu-core
  need_browser
  # Networks of the tests' own, for pages that link with one another.
  need_file /usr/bin/nsenter util-linux
  need_file /usr/sbin/ip iproute2
  need_file /usr/sbin/nft nftables
  install_apt
  need_postgres
  build_dotnet all LiveLedger.slnx
  build_player
  # A local chain, in the contracts' packages.
  case "$chosen" in *Chain.Tests* | *ChainNodes.Tests* | *Anchoring.Tests* | *Cli.Tests* | *Stories* | *Faults* | *Browser*) need_npm contracts ;; esac
  end_turn

  # Tests start hundreds of short processes: code that is compiled first to be watched, and then again, is run too seldom to gain by it. So what is compiled anew is what was called
  # 0x400 times, not 30: a fifth less processor time in all.
  export DOTNET_TieredPGO=0 DOTNET_TC_CallCountThreshold=400
  rm -rf "$results" "$LIVELEDGER_ROOT"/artifacts/attacks* && mkdir -p "$results"
  trap 'kill $(cat "$results"/*.pid 2>/dev/null) 2>/dev/null; exit 130' INT TERM
  # Two at a time: much of what they do is to wait. Pages that play look for stalls, and have the machine to themselves; the others of the browser's need not.
  local project together=() alone=()
  for project in $chosen; do
    case "$project" in
      tests/Fuzz) ;;
      tests/Browser) together+=("$project:any-time") alone+=("$project:in-time") ;;
      *) together+=("$project") ;;
    esac
  done
  [ ${#together[@]} = 0 ] || printf '%s\n' "${together[@]}" | longest_first | run_in_lanes 2
  [ ${#alone[@]} = 0 ] || printf '%s\n' "${alone[@]}" | run_in_lanes 1
  # Each reader of outside bytes takes mutated inputs: a million when asked for, fewer in a whole run.
  case "${area,,}" in fuzz) run_fuzz 1000000 ;; "") run_fuzz 50000 ;; esac

  add_up "${together[@]##*/}" "${alone[@]##*/}" $(case "${area,,}" in fuzz | "") echo Fuzz ;; esac)
  # How swarms fared under attack.
  cat "$LIVELEDGER_ROOT"/artifacts/attacks*.txt 2>/dev/null || true
  [ "$failed" = 0 ] || { echo "What failed:"; cat "$results"/*.failures 2>/dev/null || true; }
  local line="$passed passed, $failed failed"
  [ "$skipped" = 0 ] || line="$line, $skipped skipped"
  echo "$line"
  [ "$failed" = 0 ]
}

# Folders of tests: xunit projects, and npm packages with a vitest configuration.
test_projects() {
  (
    cd "$LIVELEDGER_ROOT"
    local file
    for file in tests/*/*.csproj; do
      if grep -q '<IsTestProject>true' "$file"; then dirname "$file"; fi
    done
    for file in src/*/vitest.config.* tests/*/vitest.config.* tests/Faults/*/vitest.config.* contracts/vitest.config.*; do
      [ ! -f "$file" ] || dirname "$file"
    done
  )
}

# All, or those whose name has the area as a word in it: `media` is tests/LiveLedger.Media.Tests. Fuzz is its own program.
choose() {
  local area=${1,,} project name
  if [ "$area" = fuzz ]; then echo tests/Fuzz; return 0; fi
  for project in $(test_projects); do
    name=${project##*/} name=${name,,}
    case ".$name." in *".$area."* | ..*) echo "$project" ;; *) [ -n "$area" ] || echo "$project" ;; esac
  done
}

# The order of projects that keeps two lanes busy to the end; what is not named here is short.
longest_first() {
  local project
  local -A places=([Faults]=1 [LiveLedger.Ledger.Tests]=2 [Stories]=3 [player]=4 [Attacks]=5 [Browser:any-time]=5 [Interop]=5 [LiveLedger.Licensing.Tests]=6 [LiveLedger.Relay.Tests]=7 [contracts]=7 [LiveLedger.Anchoring.Tests]=7 [LiveLedger.Cli.Tests]=8)
  while read -r project; do printf '%s %s\n' "${places[${project##*/}]:-9}" "$project"; done | sort -s -n -k1,1 | cut -d' ' -f2-
}

# run_in_lanes N: the projects of the input, so many at a time. What each says, it says at its end and at once.
run_in_lanes() {
  local project running=0
  while read -r project; do
    [ "$running" -lt "$1" ] || { wait -n || true; running=$((running - 1)); }
    run_project "$project" </dev/null &
    running=$((running + 1))
  done
  wait
}

run_project() {
  # A project in C# may have npm packages too, as readers of other hands.
  if compgen -G "$1/*.csproj" >/dev/null; then run_dotnet "$1"; else run_vitest "$1"; fi
}

# Each project leaves its counts in a file: a lane is a process of its own.
count() {
  printf '%s %s %s\n' "$1" "$2" "$3" >"$results/$4.counts"
  printf '%-36s %5s passed, %s failed, %s skipped  (%s s)\n' "$4" "$1" "$2" "$3" "$5"
}

# add_up NAME…: of all that were to run.
add_up() {
  local name file good bad omitted
  for name in "${@/:/-}"; do
    file=$results/$name.counts
    # One that ended without a word has failed.
    good=0 bad=1 omitted=0
    if [ -f "$file" ]; then read -r good bad omitted <"$file"; else echo "  $name: no counts" | tee -a "$results/$name.failures"; fi
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + omitted))
  done
}

# limited NAME COMMAND: for a while, and under a number by which it can be ended: what runs in a lane hears no Ctrl-C.
limited() {
  local rc=0
  timeout --kill-after=30 "$project_limit" "${@:2}" &
  echo $! >"$results/$1.pid"
  wait $! || rc=$?
  rm -f "$results/$1.pid"
  return "$rc"
}

run_dotnet() {
  local project=$1 name=${1##*/} start=$SECONDS rc=0 report total=0 good=0 bad=0
  report=$results/$name.trx
  limited "$name" dotnet test "$project/bin/Release/net10.0/$name.dll" --nologo --logger "trx;LogFileName=$report" >"$results/$name.log" 2>&1 || rc=$?
  if [ -f "$report" ]; then
    total=$(counter total "$report") good=$(counter passed "$report") bad=$(counter failed "$report")
  fi
  [ "$bad" = 0 ] || name_failures "$name" "$report"
  finish "$name" "$good" "$bad" $((total - good - bad)) "$rc" $((SECONDS - start))
}

# Said once more at the very end: of a long output often only that is kept.
name_failures() { node "$LIVELEDGER_ROOT/tools/launcher/failures.mjs" "$1" "$2" >"$results/$1.failures" 2>&1 || true; }

counter() { sed -n "s/.*<Counters [^>]*\b$1=\"\([0-9]*\)\".*/\1/p" "$2" | head -1; }

# run_vitest FOLDER or FOLDER:PROJECT, one of those in its configuration.
run_vitest() {
  local project=${1%%:*} name start=$SECONDS rc=0 report counts="0 0 0" only=()
  name=${1##*/} name=${name/:/-}
  case "$1" in *:*) only=(--project "${1#*:}") ;; esac
  report=$results/$name.json
  take_turn; need_npm "$project"; end_turn
  (cd "$project" && limited "$name" npx --no-install vitest run "${only[@]}" --reporter=default --reporter=json --outputFile.json="$report") >"$results/$name.log" 2>&1 || rc=$?
  if [ -f "$report" ]; then
    counts=$(node -e 'const r = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
      // A file that does not load has no test of its own to fail.
      const broken = r.testResults.filter(f => f.status === "failed" && !f.assertionResults.some(t => t.status === "failed")).length;
      console.log(r.numPassedTests, r.numFailedTests + broken, r.numPendingTests + r.numTodoTests)' "$report")
  fi
  [ ! -f "$report" ] || name_failures "$name" "$report"
  # shellcheck disable=SC2086
  finish "$name" $counts "$rc" $((SECONDS - start))
}

run_fuzz() {
  local start=$SECONDS rc=0
  dotnet tests/Fuzz/bin/Release/net10.0/Fuzz.dll all "$1" >"$results/Fuzz.log" 2>&1 || rc=$?
  # The page's readers are fuzzed within the player's own tests; here for as long as the others.
  if [ "$1" -ge 1000000 ]; then
    (cd src/player && LIVELEDGER_FUZZ_INPUTS=$1 npx --no-install vitest run mutated) >>"$results/Fuzz.log" 2>&1 || rc=$?
  fi
  finish Fuzz $((rc == 0)) $((rc != 0)) 0 "$rc" $((SECONDS - start))
}

# finish NAME PASSED FAILED SKIPPED EXIT SECONDS: what a runner said, and what it did not say.
finish() {
  local name=$1 good=$2 bad=$3 omitted=$4 rc=$5
  if [ "$bad" = 0 ] && { [ "$rc" != 0 ] || [ $((good + omitted)) = 0 ]; }; then
    bad=1
    if [ "$rc" = 124 ]; then echo "  $name: not finished after $project_limit s"
    elif [ "$rc" != 0 ]; then echo "  $name: the run ended with exit code $rc"
    else echo "  $name: not one test ran"; fi | tee -a "$results/$name.failures"
  fi
  [ "$bad" = 0 ] || [ -s "$results/$name.failures" ] || echo "  $name: its output is in $results/$name.log" >"$results/$name.failures"
  local said
  said=$(
    count "$good" "$bad" "$omitted" "$name" "$6"
    [ "$bad" = 0 ] || tail -n "${LIVELEDGER_TEST_TAIL:-60}" "$results/$name.log" | sed 's/^/    /'
  )
  printf '%s\n' "$said"
}
