#!/bin/sh
# Runs one part of the stack so that it never outlives the supervisor.
#
#   setsid sh guard.sh PID_FILE STOP_SIGNAL GRACE_SECONDS COMMAND [ARGUMENT]...
#
# The supervisor holds the other end of this script's stdin and writes nothing. When the end closes, because the supervisor
# wants the part to stop or because it died (even by kill -9), the command gets STOP_SIGNAL, and after GRACE_SECONDS KILL.
# PID_FILE names the command's own process while it lives. Ends with the command's exit code.
# setsid keeps Ctrl-C in a terminal from the parts: the supervisor alone decides in which order they stop.

pid_file=$1 stop_signal=$2 grace_seconds=$3
shift 3

exec 3<&0 </dev/null
"$@" 3<&- &
command=$!
echo "$command" >"$pid_file.new" && mv "$pid_file.new" "$pid_file"

(
    while read -r _ <&3; do :; done
    kill -s "$stop_signal" "$command" || exit
    tenths=0
    while [ "$tenths" -lt $((grace_seconds * 10)) ]; do
        kill -0 "$command" || exit
        sleep 0.1
        tenths=$((tenths + 1))
    done
    kill -s KILL "$command"
) >/dev/null 2>&1 &
watcher=$!

wait "$command"
code=$?
kill "$watcher" 2>/dev/null
rm -f "$pid_file"
exit "$code"
