#!/bin/sh
# Installs the Beadle agent on this Mac, or puts this version in the place of another. Run it as root, as it lies beside
# the folder beadle-agent. With --server, the token is read from standard input, so that it is in no list of processes:
#   printf '%s' "$TOKEN" | sudo ./install.sh --server https://beadle.example.gov.uk
set -eu
PATH=/usr/bin:/bin:/usr/sbin:/sbin
export PATH
umask 022

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

program=/opt/beadle-agent
daemons=/Library/LaunchDaemons
data='/Library/Application Support/Beadle'
logs=/Library/Logs/Beadle
settings=/etc/beadle-agent
here=$(cd -- "$(dirname -- "$0")" && pwd -P)

server=
while [ $# -gt 0 ]; do
  case $1 in
    --server)
      [ $# -ge 2 ] || fail '--server needs an address'
      server=$2
      shift 2
      ;;
    *) fail "there is no option $1" ;;
  esac
done

[ "$(id -u)" -eq 0 ] || fail 'run this as root'
[ "$(uname -s)" = Darwin ] || fail 'this is not a Mac'
[ "$(uname -m)" = arm64 ] || fail 'this package is for Macs with Apple silicon'
[ -x "$here/beadle-agent/node" ] || fail 'the folder beadle-agent is not beside this script'
codesign --verify --strict "$here/beadle-agent/node" || fail 'the signature of node is not whole'

# A link there would have root write to where somebody else has said.
for folder in "$program" "$data" "$logs" "$settings"; do
  [ ! -L "$folder" ] || fail "$folder is a link: take it away first"
done

for label in beadle-agent beadle-agent-hold; do
  launchctl bootout "system/$label" 2>/dev/null || true
done

# The new version is whole before the old one goes.
mkdir -p /opt
rm -rf "$program.new" "$program.old"
cp -R "$here/beadle-agent" "$program.new"
chown -R root:wheel "$program.new"
chmod -R u=rwX,go=rX "$program.new"
[ ! -d "$program" ] || mv "$program" "$program.old"
mv "$program.new" "$program"
rm -rf "$program.old"

# Whoever uses the Mac may read what has been found about it; the device's key in it is readable by root alone.
for folder in "$data" "$logs"; do
  mkdir -p "$folder"
  chown root:wheel "$folder"
done
chmod 755 "$data"
chmod 750 "$logs"

# The agent enrols by this file at its start, and takes it away.
if [ -n "$server" ]; then
  read -r token || [ -n "$token" ] || fail 'there is no token on standard input'
  mkdir -p "$settings"
  chown root:wheel "$settings"
  chmod 700 "$settings"
  rm -f "$settings/enrolment"
  (umask 077 && printf 'server=%s\ntoken=%s\n' "$server" "$token" >"$settings/enrolment")
fi

for label in beadle-agent-hold beadle-agent; do
  cp "$here/$label.plist" "$daemons/$label.plist"
  chown root:wheel "$daemons/$label.plist"
  chmod 644 "$daemons/$label.plist"
  launchctl bootstrap system "$daemons/$label.plist"
done
echo 'The Beadle agent is installed. See: sudo launchctl print system/beadle-agent'
