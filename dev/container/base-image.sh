#!/usr/bin/env bash
# Makes the base image of the Dockerfile available to podman. Where no registry of images answers, it builds a stand-in
# of the same name: Debian by debootstrap, the node of node_modules, npm from the npm registry. Needs root for that.
set -euo pipefail
cd "$(dirname "$0")/../.."
image=$(sed -n 's/^FROM \(\S*\).*/\1/p' Dockerfile | head -1)
npm_version=11.21.2
export CONTAINERS_CONF="$PWD/dev/container/containers.conf"

podman image exists "$image" && exit
if timeout 300 podman pull --quiet "$image" 2>/dev/null; then exit; fi

echo "$image cannot be pulled: building a stand-in"
command -v debootstrap >/dev/null || { echo 'debootstrap is missing: apt-get install debootstrap' >&2; exit 1; }
[ "$(id -u)" = 0 ] || { echo "only root can build a stand-in for $image" >&2; exit 1; }
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

debootstrap --variant=minbase bookworm "$root" >"$root.log" 2>&1 || { tail -5 "$root.log" >&2; exit 1; }
rm -rf "$root.log" "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
chroot "$root" useradd --uid 1000 --user-group --create-home --shell /bin/bash node

modules="$root/usr/local/lib/node_modules"
mkdir -p "$modules/npm"
npm pack --silent --pack-destination "$root/tmp" "npm@$npm_version" >/dev/null
tar -xzf "$root/tmp/npm-$npm_version.tgz" -C "$modules/npm" --strip-components 1
rm "$root/tmp/npm-$npm_version.tgz"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
install -m 755 node_modules/node/bin/node "$root/usr/local/bin/node"

# Whatever this machine needs to reach the npm registry.
install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
mkdir -p "$root/usr/local/etc"
printf 'cafile=/etc/ssl/certs/ca-certificates.crt\nregistry=%s\n' "$(npm config get registry)" >"$root/usr/local/etc/npmrc"

tar -C "$root" -c . | podman import --quiet --change 'CMD ["node"]' - "$image"
