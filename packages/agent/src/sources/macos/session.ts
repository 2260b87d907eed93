import { shellScript } from '../linux/shell.ts';
import type { Source } from '../source.ts';

/** The exit code by which the script below says that nobody sits at this Mac. */
export const NOBODY_SIGNED_IN = 3;

/**
 * Settings of a person are read as that person: root's own would be an answer to another question. Root owns the screen
 * while the login window is on it, and accounts below 500 are the system's, such as that of the setup assistant.
 */
const asThePerson = (otherwise: string) => `
person=$(/usr/bin/stat -f %u /dev/console) || exit 1
me=$(/usr/bin/id -u)
if [ "$person" -lt 500 ]; then ${otherwise}
elif [ "$me" -eq "$person" ]; then set --
elif [ "$me" -eq 0 ]; then set -- /bin/launchctl asuser "$person" /usr/bin/sudo -n -H -u "#$person"
else ${otherwise}; fi
`;

const SCREEN_LOCK = `${asThePerson(`exit ${NOBODY_SIGNED_IN}`)}"$@" /usr/sbin/sysadminctl -screenLock status
`;

/**
 * What a profile sets outranks the person's own setting; a setting that is absent is `null`. Of the two kinds of power
 * the longer time counts, and never, which is 0, is the longest.
 */
const IDLE = `${asThePerson(`{ printf '{"Session":null}'; exit 0; }`)}name=$(/usr/bin/stat -f %Su /dev/console)
managed='/Library/Managed Preferences'
saver() { /usr/bin/defaults read "$1" idleTime 2>/dev/null; }
idle=$(saver "$managed/$name/com.apple.screensaver") || idle=$(saver "$managed/com.apple.screensaver") ||
  idle=$("$@" /usr/bin/defaults -currentHost read com.apple.screensaver idleTime 2>/dev/null)
display=$(/usr/bin/pmset -g custom | /usr/bin/awk '
  $1 == "displaysleep" { told = 1; if ($2 == 0) never = 1; else if ($2 + 0 > most) most = $2 + 0 }
  END { if (told) print never ? 0 : most }')
case $idle in '' | *[!0-9]*) idle=null ;; esac
case $display in '' | *[!0-9]*) display=null ;; esac
printf '{"IdleTime":%s,"DisplaySleepMinutes":%s}' "$idle" "$display"`;

export const screenLock: Source = {
  id: 'macos/screen-lock',
  platform: 'darwin',
  // Not with the other scripts: its answer comes on standard error, and a recording keeps it there.
  reads: { kind: 'command', files: ['/bin/sh'], args: ['-c', SCREEN_LOCK] },
  privilege: 'root',
  timeLimitMs: 15_000,
  outputLimitBytes: 65_536,
  why: 'Says whether a password is asked for once the screen is dark.',
};

export const idle: Source = {
  id: 'macos/idle',
  platform: 'darwin',
  reads: shellScript('when the screen of the person who is at it goes dark (defaults, profiles, pmset)', IDLE),
  privilege: 'root',
  timeLimitMs: 20_000,
  outputLimitBytes: 4_096,
  why: 'Says after how long without a touch the screen goes dark.',
};
