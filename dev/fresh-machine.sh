#!/usr/bin/env bash
# Runs the README's two commands as they go on a fresh machine, as far as that can be had on this one: for a new user, in
# a clone of HEAD, with a clean environment and without the programs that a fresh machine has not. Prints how long each
# step takes. Needs Linux and root.
#
#   dev/fresh-machine.sh [--hide NAME]... [--env NAME]... [--home FILE]... [--only start|test]
#
#   --hide NAME   a program that is not to be found either, such as java, mvn or python3
#   --env NAME    a variable that is passed on, such as one that a package registry is reached by
#   --home FILE   a file of the caller's home that is copied, such as .npmrc, .m2/settings.xml or .config/pip/pip.conf
set -euo pipefail
cd "$(dirname "$0")/.."
hidden=(haproxy nginx go gofmt helm podman docker buildah runc debootstrap) passed=() files=() only=
while [ $# -gt 0 ]; do
  case $1 in
    --hide) hidden+=("$2") ;;
    --env) passed+=("$2=${!2-}") ;;
    --home) files+=("$2") ;;
    --only) only=$2 ;;
    *) sed -n '2,/^set/{/^#/s/^# \?//p}' "$0" >&2; exit 2 ;;
  esac
  shift 2
done

user=fresh$$
useradd --create-home --shell /bin/bash "$user"
home=$(getent passwd "$user" | cut -d: -f6)
trap 'kill -9 -- -"$group" 2>/dev/null || true; userdel --remove "$user" 2>/dev/null' EXIT
group=$$$$ # of the command that runs; none yet

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

as_user() { # COMMAND LOG: starts it in a process group of its own, which $group names
  echo "\$ $1"
  began=$(date +%s.%N)
  setsid runuser -u "$user" -- env -i HOME="$home" USER="$user" PATH="$home/bin" LANG=C.UTF-8 "${passed[@]}" \
    bash -c "cd tillgate && $1" >"$2" 2>&1 &
  group=$!
}
took() { # STEP: prints its time, and begins the next
  now=$(date +%s.%N)
  echo "  $1: $(awk "BEGIN { printf \"%.1f\", $now - $began }") s"
  began=$now
}
has_ended() { ! kill -0 "$group" 2>/dev/null; }

cd "$home"
if [ "$only" != test ]; then
  as_user 'npm ci && npm start' "$home/start.log"
  until grep -q '^> tillgate' start.log || has_ended; do sleep 0.1; done
  took 'npm ci'
  until grep -q 'Tillgate is ready' start.log || has_ended; do sleep 0.1; done
  has_ended && took 'npm start, until it ended' || took 'npm start, until it is ready'
  sed 's/^/  | /' start.log
  if grep -q 'Tillgate is ready' start.log; then
    post=$(grep -m1 -o 'curl -i .*' start.log)
    (cd tillgate && eval "$post -s") | head -1
    kill -INT -- -"$group"
  fi
  wait "$group" && echo '  exit code 0' || echo "  exit code $? (130: Ctrl-C)"
fi
if [ "$only" != start ]; then
  as_user 'npm cit' "$home/test.log"
  code=0
  wait "$group" || code=$?
  took 'npm cit'
  grep -E '^ℹ (tests|pass|fail|skipped)|^✖|^Not tested|^Missing' test.log | sed 's/^/  | /' || true
  [ $code = 0 ] || tail -30 test.log
  echo "  exit code $code"
  exit $code
fi
