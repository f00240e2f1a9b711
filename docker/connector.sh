#!/bin/sh
# The outbox connector in containers; the local stack has OutboxConnector for it. Creates or updates the connector, then
# restarts it when it fails: Connect does not restart a failed task.
#   connector.sh         runs forever
#   connector.sh check   exits with 0 if the connector runs
# JANGBU_CONNECT is Connect's URL, JANGBU_CONNECTOR_CONFIG the path of the connector's settings.
set -eu

outbox=$JANGBU_CONNECT/connectors/outbox

status() { curl -sS --max-time 5 "$outbox/status"; }

# True if the connector and its one task are RUNNING, and none is FAILED.
is_running() {
    case $1 in
        *'"state":"FAILED"'*) return 1 ;;
        *'"state":"RUNNING"'*'"state":"RUNNING"'*) return 0 ;;
        *) return 1 ;;
    esac
}

if [ "${1:-}" = check ]; then
    is_running "$(status)"
    exit
fi

# PID 1 has no default handler; without this a stop would take the whole grace period.
trap 'exit 0' TERM INT

# After an unclean stop Connect refuses for some seconds. The settings name the variable of the password only, so the
# response may be printed.
until answer=$(curl -sS --fail-with-body --max-time 30 -X PUT -H 'Content-Type: application/json' \
    --data-binary "@$JANGBU_CONNECTOR_CONFIG" "$outbox/config"); do
    printf 'Connect refuses the outbox connector; trying again: %s\n' "$answer" >&2
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
            printf 'The outbox connector failed; restarting it (see the log of connect)\n' >&2
            curl -sS --max-time 10 -o /dev/null -X POST "$outbox/restart?includeTasks=true&onlyFailed=true" || true
            wait_seconds=$((wait_seconds < 16 ? wait_seconds * 2 : 30))
            ;;
        *) wait_seconds=2 ;;
    esac
done
