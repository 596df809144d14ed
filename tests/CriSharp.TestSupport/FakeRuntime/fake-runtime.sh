#!/bin/bash
# An OCI runtime with fail points, for tests. It lives in a folder of its own, beside:
#   plan     what goes wrong, one line each:  VERB NTH ACTION [WORDS]
#              VERB    create start kill delete state exec update features version, or * for every verb
#              NTH     1, 2 ... : the n-th call of that verb; * : every call
#              ACTION  fail        does nothing, says WORDS, exit code 1
#                      fail-after  does its work first, then the same
#                      hang        does nothing and never ends
#                      hang-after  does its work first, then never ends
#                      slow        sleeps WORDS seconds, then does its work
#   real     path of the runtime that does the work; without it the work is simulated (below)
#   calls    written here: one line per call, "VERB ID"
#   count.*  written here: calls per verb
# Words are said as runc says them: a JSON line in the file given by --log, and plain on standard error.
#
# Simulated work: process.args of config.json run on the host, without any isolation, after "start"; state lies in <--root>/<ID>/.
set -u
here=$(dirname "$(readlink -f "$0")")
original=("$@")
root=$here/state log= verb= id= pid_file= process= bundle=$PWD force= detach=
while [ $# -gt 0 ]; do
  case $1 in
    --root) root=$2; shift 2 ;;
    --log) log=$2; shift 2 ;;
    --pid-file) pid_file=$2; shift 2 ;;
    --process|-p) process=$2; shift 2 ;;
    --bundle|-b) bundle=$2; shift 2 ;;
    --log-format|--console-socket|--cgroup|--resources|-r) shift 2 ;;
    --force|-f) force=1; shift ;;
    --detach|-d) detach=1; shift ;;
    --version|-v) verb=version; shift ;;
    -*) shift ;;
    *) if [ -z "$verb" ]; then verb=$1; elif [ -z "$id" ]; then id=$1; else signal=$1; fi; shift ;;
  esac
done

say() {
  [ -z "$log" ] || printf '{"level":"error","msg":"%s","time":"2025-01-01T00:00:00Z"}\n' "${1//\"/\\\"}" >>"$log"
  [ "$log" = /dev/stderr ] || printf '%s\n' "$1" >&2
  exit 1
}

forever() { exec sleep infinity; }

# Calls of one verb may overlap: the lock keeps the counting right.
exec {lock}>"$here/lock"
flock "$lock"
count=$(($(cat "$here/count.$verb" 2>/dev/null || echo 0) + 1))
echo "$count" >"$here/count.$verb"
echo "$verb $id" >>"$here/calls"
action= words=
if [ -e "$here/plan" ]; then
  while read -r planned_verb nth planned_action planned_words; do
    if [ "$planned_verb" = "$verb" ] || [ "$planned_verb" = '*' ]; then
      if [ "$nth" = "$count" ] || [ "$nth" = '*' ]; then action=$planned_action words=$planned_words; fi
    fi
  done <"$here/plan"
fi
exec {lock}>&-

case $action in
  fail) say "$words" ;;
  hang) forever ;;
  slow) sleep "$words" ;;
esac

must_exist() { [ -d "$root/$id" ] || say "container does not exist"; }
alive() { kill -0 "$1" 2>/dev/null && ! grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null; }

simulate() {
  case $verb in
    create)
      [ -e "$bundle/config.json" ] || say "$bundle/config.json does not exist"
      mkdir -p "$root" && mkdir "$root/$id" 2>/dev/null || say "container with given ID already exists"
      mkfifo "$root/$id/exec.fifo"
      mapfile -t args < <(jq -r '.process.args[]' "$bundle/config.json")
      (exec setsid bash -c 'fifo=$1; shift; read -r <"$fifo"; exec "$@"' init "$root/$id/exec.fifo" "${args[@]}") <&0 &
      echo $! >"$root/$id/pid"
      echo "$bundle" >"$root/$id/bundle"
      [ -z "$pid_file" ] || printf %s $! >"$pid_file"
      ;;
    start)
      must_exist
      [ -e "$root/$id/exec.fifo" ] || say "cannot start an already running container"
      timeout 10 bash -c 'echo go >"$1"' start "$root/$id/exec.fifo" || say "cannot start a container that has stopped"
      rm "$root/$id/exec.fifo"
      ;;
    kill)
      must_exist
      kill -s "${signal:-TERM}" "$(cat "$root/$id/pid")" 2>/dev/null || say "process already finished"
      ;;
    delete)
      if [ ! -d "$root/$id" ]; then [ -n "$force" ] && return; say "container does not exist"; fi
      if alive "$(cat "$root/$id/pid")"; then
        [ -n "$force" ] || say "cannot delete container $id that is not stopped: running"
        kill -KILL "$(cat "$root/$id/pid")"
      fi
      rm -rf "${root:?}/$id"
      ;;
    state)
      must_exist
      pid=$(cat "$root/$id/pid") status=running
      if ! alive "$pid"; then status=stopped pid=0; elif [ -e "$root/$id/exec.fifo" ]; then status=created; fi
      printf '{"ociVersion":"1.0.2","id":"%s","pid":%s,"status":"%s","bundle":"%s"}\n' "$id" "$pid" "$status" "$(cat "$root/$id/bundle")"
      ;;
    exec)
      must_exist
      mapfile -t args < <(jq -r '.args[]' "$process")
      command -v "${args[0]}" >/dev/null || say "exec failed: unable to start container process: exec: \"${args[0]}\": executable file not found in \$PATH"
      if [ -n "$detach" ]; then
        # Like a real runtime, it never reaps the command: the middle process is none that would.
        ( (printf %s "$BASHPID" >"$pid_file"; exec setsid "${args[@]}") & exec true )
        until [ -s "$pid_file" ]; do sleep 0.01; done
      else
        (exec setsid "${args[@]}") &
        [ -z "$pid_file" ] || printf %s $! >"$pid_file"
        wait $!
      fi
      ;;
    update) must_exist; cat >/dev/null ;;
    features) echo '{"ociVersionMin":"1.0.0","ociVersionMax":"1.0.2"}' ;;
    version) printf 'fake version 1.0\nspec: 1.0.2\n' ;;
    *) say "no such verb: $verb" ;;
  esac
}

if [ -e "$here/real" ]; then
  real=$(cat "$here/real")
  case $action in
    fail-after|hang-after) "$real" "${original[@]}" || exit ;;
    *) exec "$real" "${original[@]}" ;;
  esac
else
  simulate
fi

case $action in
  fail-after) say "$words" ;;
  hang-after) forever ;;
esac
