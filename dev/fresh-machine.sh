#!/usr/bin/env bash
# Runs the README's two commands as they go on a fresh machine, as far as that can be had on this one: for a new user, in
# a clone of HEAD, with a clean environment and without the programs that a fresh machine has not. Prints how long they
# take. Needs Linux and root.
#
#   dev/fresh-machine.sh [--hide NAME]... [--env NAME]... [--home FILE]... [COMMAND]...
#
#   --hide NAME   a program that is not to be found either, such as java, mvn or python3
#   --env NAME    a variable that is passed on, such as one that a package registry is reached by
#   --home FILE   a file of the caller's home that is copied, such as .npmrc, .m2/settings.xml or .config/pip/pip.conf
#   COMMAND       instead of the README's two
set -euo pipefail
cd "$(dirname "$0")/.."
hidden=(haproxy nginx go gofmt helm podman docker buildah runc debootstrap) passed=() files=() commands=()
while [ $# -gt 0 ]; do
  case $1 in
    --hide) hidden+=("$2"); shift ;;
    --env) passed+=("$2=${!2-}"); shift ;;
    --home) files+=("$2"); shift ;;
    -*) sed -n '2,/^set/{/^#/s/^# \?//p}' "$0" >&2; exit 2 ;;
    *) commands+=("$1") ;;
  esac
  shift
done
[ ${#commands[@]} -gt 0 ] || commands=('npm ci && npm start' 'npm cit')

user=fresh$$
useradd --create-home --shell /bin/bash "$user"
home=$(getent passwd "$user" | cut -d: -f6)
group=
trap '[ -z "$group" ] || kill -9 -- -"$group" 2>/dev/null || true; userdel --remove "$user" 2>/dev/null' EXIT

# A PATH with every program of this one but the hidden.
mkdir "$home/bin"
IFS=: read -ra folders <<<"$PATH"
for folder in "${folders[@]}"; do
  case $folder in "$HOME"/* | '') continue ;; esac
  for program in "$folder"/*; do
    name=${program##*/}
    [[ " ${hidden[*]} " == *" $name "* || -e $home/bin/$name || ! -x $program ]] || ln -s "$program" "$home/bin/$name"
  done
done
for file in "${files[@]}"; do install -D -m 600 "$HOME/$file" "$home/$file"; done
git clone --quiet . "$home/tillgate"
chown -R "$user:" "$home"

as_user() { # COMMAND: starts it in a process group of its own
  echo "\$ $1"
  began=$(date +%s.%N)
  setsid runuser -u "$user" -- env -i HOME="$home" USER="$user" PATH="$home/bin" LANG=C.UTF-8 "${passed[@]}" \
    bash -c "cd tillgate && $1" >"$home/log" 2>&1 &
  group=$!
}
has_ended() { ! kill -0 "$group" 2>/dev/null; }
took() { # STEP: prints its time, and begins the next
  now=$(date +%s.%N)
  echo "  $1: $(awk "BEGIN { printf \"%.1f\", $now - $began }") s"
  began=$now
}
exit_code() {
  code=0
  wait "$group" || code=$?
  group=
}

cd "$home"
failed=0
for command in "${commands[@]}"; do
  as_user "$command"
  if [[ $command == *'npm start'* ]]; then
    until grep -q '^> tillgate' log || has_ended; do sleep 0.1; done
    took 'until npm start'
    until grep -q 'Tillgate is ready' log || has_ended; do sleep 0.1; done
    if has_ended; then took 'until it ended'; else
      took 'until it is ready'
      (cd tillgate && eval "$(grep -o 'curl -i .*' ../log) --silent") | sed -n '1s/^/  the line to post: /p'
      kill -INT -- -"$group"
    fi
    exit_code
    sed 's/^/  | /' log
    [ $code = 130 ] && code=0 # ended by that signal
  else
    exit_code
    took 'until it ended'
    if [ $code = 0 ]; then grep -E '^ℹ (tests|pass|fail|skipped)|^Not tested' log | sed 's/^/  | /' || true
    else tail -40 log | sed 's/^/  | /'; fi
  fi
  echo "  exit code $code"
  [ $code = 0 ] || failed=1
done
exit $failed
