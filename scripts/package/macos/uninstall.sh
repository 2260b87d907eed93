#!/bin/sh
# Takes the Beadle agent off this Mac. What it has found stays, unless --data is given. Run it as root.
set -eu
PATH=/usr/bin:/bin:/usr/sbin:/sbin
export PATH

fail() {
  echo "uninstall.sh: $1" >&2
  exit 1
}

withData=no
case ${1-} in
  '') ;;
  --data) withData=yes ;;
  *) fail "there is no option $1" ;;
esac

[ "$(id -u)" -eq 0 ] || fail 'run this as root'
[ "$(uname -s)" = Darwin ] || fail 'this is not a Mac'

for label in beadle-agent beadle-agent-hold; do
  launchctl bootout "system/$label" 2>/dev/null || true
  rm -f "/Library/LaunchDaemons/$label.plist"
done
# What an isolated Mac was held to ends with the agent.
pfctl -q -a com.apple/beadle -F rules 2>/dev/null || true
rm -rf /opt/beadle-agent
if [ "$withData" = yes ]; then
  rm -rf '/Library/Application Support/Beadle' /Library/Logs/Beadle /etc/beadle-agent
fi
echo 'The Beadle agent is off this Mac.'
