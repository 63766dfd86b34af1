# What the commands of config/presets/seeds.md begin with: `bash -c 'source test/seeds/prelude.sh; COMMAND'` at the repository's root,
# after `npm run build`. All it starts listens on loopback and ends with the command.
set -euo pipefail
A=${A:-../shared/seeds} # the acceptance kit: scenario, expected expositions, golden.py
W=$(mktemp -d)
M='' # the exporter's URL, once st has started it
P='' # Prometheus' URL, once prom has
PIDS=()
cleanup() {
  for pid in "${PIDS[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${PIDS[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$W"
}
trap cleanup EXIT

agentlog-exporter() { node dist/main.js "$@"; }

# eventually COMMAND...: once more every tenth of a second until it succeeds; after 20 seconds it fails as the command does.
eventually() {
  local end=$((SECONDS + 20))
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= end)); then "$@"; return 1; fi
    sleep 0.1
  done
}
# never COMMAND...: it fails, which bash does not insist on behind a "!".
never() { if "$@"; then return 1; fi; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# st PRESET [flag...]: the exporter on an empty $W/app.log; $E is its process.
st() {
  local preset=$1 port
  shift
  port=$(free_port)
  : >"$W/app.log"
  node dist/main.js run --preset "$preset" --state.dir none --web.listen-address "127.0.0.1:$port" "$@" "$W/app.log" 2>"$W/exporter.log" &
  E=$!
  PIDS+=("$E")
  M=http://127.0.0.1:$port
  eventually curl -fs "$M/-/ready"
}
# All lines of the log: a variable would stay in the subshell that the last part of a pipe is.
counted() { curl -fs "$M/metrics" | awk -v want="$(wc -l <"$W/app.log")" '/^agentlog_lines_total/ { sum += $NF } END { exit !(sum >= want) }'; }
# feed [FILE|-]: adds lines to the log and waits until they are counted. Default: the kit's scenario.
feed() {
  cat "${1:-$A/scenario.jsonl}" >>"$W/app.log"
  eventually counted
}
# say LINE...: feeds these lines.
say() { printf '%s\n' "$@" | feed -; }
# g SYSTEM [family...]: the exposition is what the kit expects; closed label sets stand at 0.
g() {
  local system=$1
  shift
  python3 "$A/golden.py" --allow-zero --wait 5 "$M/metrics" "$A/expected-$system.prom" "$@"
}
# metric REGEX: the samples of /metrics that fit; fails if there is none.
metric() { curl -fs "$M/metrics" | grep -E "$1"; }

# prom [JOB]: a real Prometheus that scrapes the exporter every second.
prom() {
  local port
  port=$(free_port)
  printf 'global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: "%s", static_configs: [{ targets: ["%s"] }] }]\n' \
    "${1:-agentlog}" "${M#http://}" >"$W/prometheus.yml"
  prometheus --config.file="$W/prometheus.yml" --storage.tsdb.path="$W/tsdb" --web.listen-address="127.0.0.1:$port" --log.level=error &
  PIDS+=($!)
  P=http://127.0.0.1:$port
  eventually curl -fs "$P/-/ready"
}
ask() { curl -fsG "$P/api/v1/query" --data-urlencode "query=$1" | jq -ce '.data.result | map([.metric, .value[1]]) | select(length > 0)'; }
# q EXPRESSION: what Prometheus answers, as soon as it has one sample.
q() {
  eventually ask "$1"
  ask "$1"
}
# shown FILE: the tests of test/seeds/shown/FILE.test.ts; it says what fails and little else.
shown() { npx vitest run --project shown --reporter=dot "test/seeds/shown/$1.test.ts"; }
