#!/bin/sh
# Prepares a checkout for `npm run demo` and `npm test`: installs npm packages if they are older than the lock file, and the
# distribution's nftables, iproute2 and util-linux if the lab needs them. Silent if nothing is missing. Exit 4: prints what to type.
set -u
cd "$(dirname "$0")/.." || exit 4
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

say() { echo "crosscheck: $*" >&2; }
give_up() { say "$*"; exit 4; }

# Runs a command silently; its output is shown if it fails.
quietly() {
  log=$(mktemp) || exit 4
  "$@" >"$log" 2>&1 </dev/null
  status=$?
  [ $status = 0 ] || cat "$log" >&2
  rm -f "$log"
  return $status
}

# Run npm with the Node that started it. `npm run` puts node_modules/.bin first in PATH, and the Node there is about to be replaced.
npm_by_its_node() {
  if [ -n "${npm_execpath:-}" ] && [ -n "${npm_node_execpath:-}" ]; then "$npm_node_execpath" "$npm_execpath" "$@"; else npm "$@"; fi
}

packages() {
  [ node_modules/.package-lock.json -nt package-lock.json ] && [ -x node_modules/.bin/node ] && return
  say 'installing npm packages (once) …'
  quietly npm_by_its_node ci --no-audit --no-fund --loglevel=error || give_up 'npm ci failed: mend what it says above and type: npm ci'
  # Without install scripts, the package "node" has no binary, and everything would silently run on an older Node.
  [ -x node_modules/.bin/node ] || give_up "npm ran no install scripts, so the project's own Node is missing: type: npm ci --ignore-scripts=false"
}

# The installer and package names of the distribution. Empty if no known package manager is found.
install_line() {
  if command -v apt-get; then echo 'apt-get install -y --no-install-recommends nftables iproute2 util-linux'
  elif command -v dnf; then echo 'dnf install -y nftables iproute util-linux'
  elif command -v apk; then echo 'apk add nftables iproute2 util-linux'
  elif command -v pacman; then echo 'pacman -S --noconfirm --needed nftables iproute2 util-linux'
  elif command -v zypper; then echo 'zypper --non-interactive install nftables iproute2 util-linux'
  fi 2>/dev/null | tail -n 1
}

# The command to show to the user. It updates package lists, which may be missing on a new machine.
typed() {
  [ "$(id -u)" = 0 ] && sudo='' || sudo='sudo '
  case $line in
    apt-get*) echo "${sudo}apt-get update && $sudo$line" ;;
    *) echo "$sudo$line" ;;
  esac
}

# The lab needs ip of iproute2 and unshare of util-linux. The BusyBox versions lack options.
system_tools() {
  command -v nft && unshare --version && ip -V
} >/dev/null 2>&1

system_packages() {
  [ "$(uname -s)" = Linux ] || return 0
  system_tools && return
  line=$(install_line)
  [ -n "$line" ] || give_up 'the lab needs nft, iproute2 and unshare: install them with the package manager of this system'
  as=''
  if [ "$(id -u)" != 0 ]; then
    as='sudo -n'
    sudo -n true >/dev/null 2>&1 || give_up "the lab needs nftables and iproute2, and installing them needs root: type: $(typed)"
  fi
  say 'installing nftables and iproute2 (once) …'
  case $line in
    # Set inside the command, because sudo does not pass on our environment.
    apt-get*) quietly $as apt-get update; set -- env DEBIAN_FRONTEND=noninteractive $line ;;
    pacman*) quietly $as pacman -Sy --noconfirm; set -- $line ;;
    *) set -- $line ;;
  esac
  quietly $as "$@" && system_tools || give_up "nftables and iproute2 could not be installed: type: $(typed)"
}

packages
system_packages
