#!/bin/sh
# Runs one part of the stack, and stops it when the supervisor ends.
#
#   setsid sh guard.sh PID_FILE STOP_SIGNAL GRACE_SECONDS COMMAND [ARGUMENT]...
#
# - The supervisor holds the other end of this script's stdin and writes nothing. The end closes when the supervisor
#   stops the part or dies, also by kill -9. The command then gets STOP_SIGNAL, and KILL after GRACE_SECONDS.
# - PID_FILE contains the pid of the command while it runs.
# - The exit code is that of the command.
# - setsid: Ctrl-C in a terminal reaches the supervisor alone, which stops the parts in order.

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
