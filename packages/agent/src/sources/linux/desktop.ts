import type { Source } from '../source.ts';
import { shellScript } from './shell.ts';

/**
 * As the person whose session is in the foreground of the screen: the settings that root has are root's own, and would
 * be a wrong answer. Only numbers and yes or no are printed. KDE counts in minutes; `--default` is what Plasma 5 and 6
 * document for a key that is not set.
 */
const SCRIPT = `
command -v loginctl >/dev/null 2>&1 || exit 3
session=$(timeout 5 loginctl show-seat seat0 --property=ActiveSession --value 2>/dev/null) || session=
[ -n "$session" ] || { printf '{"Session":null}'; exit 0; }
about() { timeout 5 loginctl show-session "$session" "--property=$1" --value 2>/dev/null; }
[ "$(about Class)" = user ] || { printf '{"Session":null}'; exit 0; }
uid=$(about User) name=$(about Name) desktop=$(about Desktop)
case $uid in '' | *[!0-9]*) exit 4 ;; esac
bus=unix:path=/run/user/$uid/bus
if [ "$(id -u)" = "$uid" ]; then them() { DBUS_SESSION_BUS_ADDRESS=$bus timeout 5 "$@" 2>/dev/null; }
elif [ "$(id -u)" = 0 ]; then
  them() { timeout 5 runuser -u "$name" -- env "DBUS_SESSION_BUS_ADDRESS=$bus" "XDG_RUNTIME_DIR=/run/user/$uid" "$@" 2>/dev/null; }
else exit 5; fi
number() { case $1 in '' | *[!0-9]*) printf null ;; *) printf '%s' "$1" ;; esac; }
flag() { case $1 in true | false) printf '%s' "$1" ;; *) printf null ;; esac; }
case $desktop in
*KDE* | *kde* | *plasma*)
  kread=$(command -v kreadconfig6 || command -v kreadconfig5) || exit 6
  key() { them "$kread" --file kscreenlockerrc --group Daemon --key "$1" --default "$2"; }
  minutes=$(number "$(key Timeout 5)")
  [ "$minutes" = null ] || minutes=$((minutes * 60))
  printf '{"Session":"user","Desktop":"KDE","IdleDelay":%s,"LockEnabled":%s,"LockDelay":%s,"LockOnResume":%s}' \\
    "$minutes" "$(flag "$(key Autolock true)")" "$(number "$(key LockGrace 5)")" "$(flag "$(key LockOnResume true)")" ;;
*GNOME* | *gnome* | *ubuntu* | *pop* | *zorin*)
  command -v gsettings >/dev/null 2>&1 || exit 6
  uint() { value=$(them gsettings get "$1" "$2") && number "\${value#uint32 }" || printf null; }
  printf '{"Session":"user","Desktop":"GNOME","IdleDelay":%s,"LockEnabled":%s,"LockDelay":%s}' \\
    "$(uint org.gnome.desktop.session idle-delay)" \\
    "$(flag "$(them gsettings get org.gnome.desktop.screensaver lock-enabled)")" \\
    "$(uint org.gnome.desktop.screensaver lock-delay)" ;;
*) printf '{"Session":"user","Desktop":null,"IdleDelay":null,"LockEnabled":null,"LockDelay":null}' ;;
esac`;

export const screenLock: Source = {
  id: 'linux/screen-lock',
  platform: 'linux',
  reads: shellScript('when GNOME or KDE locks the screen of the person who is at it (gsettings, kreadconfig)', SCRIPT),
  privilege: 'root',
  timeLimitMs: 20_000,
  outputLimitBytes: 4_096,
  why: 'Says after how many minutes your screen locks itself. No other setting of your desktop is read.',
};
