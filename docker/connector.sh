#!/bin/sh
# The outbox connector in containers, as OutboxConnector does it in the local stack: creates it, or changes it to what the
# file says, then watches it for ever, because Connect itself leaves a failed task alone.
#   connector.sh         does that
#   connector.sh check   says whether it runs
# JANGBU_CONNECT is Connect's URL, JANGBU_CONNECTOR_CONFIG the file.
set -eu

outbox=$JANGBU_CONNECT/connectors/outbox

status() { curl -sS --max-time 5 "$outbox/status"; }

# The connector's state and its one task's, and no FAILED among them.
runs() {
    case $1 in
        *'"state":"FAILED"'*) return 1 ;;
        *'"state":"RUNNING"'*'"state":"RUNNING"'*) return 0 ;;
        *) return 1 ;;
    esac
}

if [ "${1:-}" = check ]; then
    runs "$(status)"
    exit
fi

# PID 1 has no default for it, and a stop would wait for its time-out.
trap 'exit 0' TERM INT

# After an unclean end Connect refuses for some seconds. The settings name the password's variable alone, so may be shown.
until answer=$(curl -sS --fail-with-body --max-time 30 -X PUT -H 'Content-Type: application/json' \
    --data-binary "@$JANGBU_CONNECTOR_CONFIG" "$outbox/config"); do
    printf 'Connect refuses the outbox connector, trying again: %s\n' "$answer" >&2
    sleep 2 &
    wait $!
done
printf 'The outbox connector is configured\n'

wait_seconds=2
while :; do
    sleep "$wait_seconds" &
    wait $!
    case $(status || true) in
        *'"state":"FAILED"'*)
            printf 'The outbox connector failed (see the log of connect); restarting it\n' >&2
            curl -sS --max-time 10 -o /dev/null -X POST "$outbox/restart?includeTasks=true&onlyFailed=true" || true
            wait_seconds=$((wait_seconds < 16 ? wait_seconds * 2 : 30))
            ;;
        *) wait_seconds=2 ;;
    esac
done
