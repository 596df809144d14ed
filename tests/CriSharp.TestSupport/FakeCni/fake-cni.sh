#!/bin/bash
# A CNI plugin with fail points, for tests. It is put into a folder of its own under the name of the plugin that it stands for, beside:
#   plan     what goes wrong, one line each:  VERB NTH ACTION [WORDS]
#              VERB    ADD DEL CHECK GC STATUS VERSION, or * for every verb
#              NTH     1, 2 ... : the n-th call of that verb (of this plugin name); * : every call
#              ACTION  fail        does nothing, prints a CNI error with WORDS as its msg (code 100), exit code 1
#                      fail-later  the same with code 11, "try again later"
#                      fail-after  does its work first, then fails
#                      crash       does nothing, prints WORDS on standard error alone, exit code 2
#                      hang        does nothing and never ends
#                      hang-child  does nothing and waits for ever for a child with a process group of its own
#                      hang-after  does its work first, then never ends
#                      garbage     does its work, prints no JSON
#                      huge        does its work, prints 4 MiB of JSON
#                      silent      does its work, prints nothing
#                      print       does its work, prints WORDS instead
#              the last line that matches counts
#   real.NAME path of the real plugin that does the work of NAME; without it nothing is done, and ADD answers with 10.254.0.N/16 on eth0
#              (N: count of ADDs), or with prevResult where there is one
#   calls    written here: one line per call, "VERB NAME CONTAINERID"
#   env.*, in.*  written here: CNI_* variables and standard input of the n-th call overall (env.1, in.1, ...)
set -u
here=$(dirname "$(readlink -f "$0")")
name=$(basename "$0")
verb=${CNI_COMMAND:-VERSION}
input=$(head -c 1048576)

# Calls may overlap: the lock keeps the counting right.
exec {lock}>"$here/lock"
flock "$lock"
count=$(($(cat "$here/count.$name.$verb" 2>/dev/null || echo 0) + 1))
echo "$count" >"$here/count.$name.$verb"
echo "$verb $name ${CNI_CONTAINERID:-}" >>"$here/calls"
overall=$(wc -l <"$here/calls")
env | grep ^CNI_ | sort >"$here/env.$overall"
printf '%s' "$input" >"$here/in.$overall"
action= words=
if [ -e "$here/plan" ]; then
  while read -r planned_verb nth planned_action planned_words; do
    if [ "$planned_verb" = "$verb" ] || [ "$planned_verb" = '*' ]; then
      if [ "$nth" = "$count" ] || [ "$nth" = '*' ]; then action=$planned_action words=$planned_words; fi
    fi
  done <"$here/plan"
fi
exec {lock}>&-

fail() {
  local msg=${words//\\/\\\\}
  printf '{"cniVersion":"1.0.0","code":%d,"msg":"%s","details":"planned by a test"}\n' "$1" "${msg//\"/\\\"}"
  exit 1
}
forever() { exec sleep infinity; }

work() {
  if [ -e "$here/real.$name" ]; then
    printf '%s' "$input" | "$(cat "$here/real.$name")"
    return
  fi
  case $verb in
    ADD)
      printf '%s' "$input" | jq -c --arg n "$count" --arg sandbox "$CNI_NETNS" --arg ifname "$CNI_IFNAME" '.cniVersion as $v | .prevResult // {
        cniVersion: $v, interfaces: [{name: $ifname, mac: "02:00:00:00:00:01", sandbox: $sandbox}],
        ips: [{address: "10.254.0.\($n)/16", gateway: "10.254.255.254", interface: 0}], dns: {}}' ;;
    VERSION) echo '{"cniVersion":"1.1.0","supportedVersions":["0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]}' ;;
  esac
}

case $action in
  fail) fail 100 ;;
  fail-later) fail 11 ;;
  crash) printf '%s\n' "$words" >&2; exit 2 ;;
  hang) forever ;;
  hang-child) set -m; sleep infinity & wait ;;
esac
answer=$(work) || { printf '%s\n' "$answer"; exit 1; }
case $action in
  fail-after) fail 100 ;;
  hang-after) forever ;;
  garbage) echo '<html>not what you wanted' ;;
  huge) printf '{"x":"%04194304d"}' 0 ;;
  silent) ;;
  print) printf '%s\n' "$words" ;;
  *) [ -z "$answer" ] || printf '%s\n' "$answer" ;;
esac
