#!/bin/sh
# Stands for an agent: a line of JSON each second (PAUSE), into the file LOG or to standard output. A log that has grown to a megabyte is
# moved aside, and another begins.
set -eu
trap 'exit 0' TERM INT
n=0
while :; do
  n=$((n + 1))
  status=success
  if [ $((n % 7)) -eq 0 ]; then status=error; fi
  line="{\"event\":\"tool_invocation\",\"agent\":\"example\",\"tool_name\":\"search\",\"status\":\"$status\",\"duration_ms\":$((n % 900 + 100)),\"timestamp\":\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\"}"
  if [ -n "${LOG:-}" ]; then
    printf '%s\n' "$line" >>"$LOG"
    if [ "$(wc -c <"$LOG")" -gt 1000000 ]; then mv "$LOG" "$LOG.1"; fi
  else
    printf '%s\n' "$line"
  fi
  sleep "${PAUSE:-1}"
done
