import type { Source } from '../source.ts';

/** The exit code by which the scripts below say that nobody sits at this Mac. */
export const NOBODY_SIGNED_IN = 3;

/**
 * Settings of a person are read as that person: root's own would be an answer to another question. Root owns the screen
 * while the login window is on it, and accounts below 500 are the system's, such as that of the setup assistant.
 */
const AS_THE_PERSON = `person=$(/usr/bin/stat -f %u /dev/console) || exit 1
[ "$person" -ge 500 ] || exit ${NOBODY_SIGNED_IN}
me=$(/usr/bin/id -u)
if [ "$me" -eq "$person" ]; then set --
elif [ "$me" -eq 0 ]; then set -- /bin/launchctl asuser "$person" /usr/bin/sudo -n -H -u "#$person"
else exit ${NOBODY_SIGNED_IN}; fi
`;

const SCREEN_LOCK = `${AS_THE_PERSON}"$@" /usr/sbin/sysadminctl -screenLock status
`;

/**
 * What a profile sets outranks the person's own setting; a setting that is absent is \`null\`. Of the two kinds of power
 * the longer time counts, and never, which is 0, is the longest.
 */
const IDLE = `${AS_THE_PERSON}name=$(/usr/bin/stat -f %Su /dev/console)
managed='/Library/Managed Preferences'
idle=$(/usr/bin/defaults read "$managed/$name/com.apple.screensaver" idleTime 2>/dev/null) ||
  idle=$(/usr/bin/defaults read "$managed/com.apple.screensaver" idleTime 2>/dev/null) ||
  idle=$("$@" /usr/bin/defaults -currentHost read com.apple.screensaver idleTime 2>/dev/null)
display=$(/usr/bin/pmset -g custom | /usr/bin/awk '
  $1 == "displaysleep" { told = 1; if ($2 == 0) never = 1; else if ($2 + 0 > most) most = $2 + 0 }
  END { if (told) print never ? 0 : most }')
case $idle in ''|*[!0-9]*) idle=null;; esac
case $display in ''|*[!0-9]*) display=null;; esac
printf '{"IdleTime":%s,"DisplaySleepMinutes":%s}\\n' "$idle" "$display"
`;

const script = (text: string) => ({ kind: 'command', files: ['/bin/sh'], args: ['-c', text] }) as const;

export const screenLock: Source = {
  id: 'macos/screen-lock',
  platform: 'darwin',
  reads: script(SCREEN_LOCK),
  privilege: 'root',
  timeLimitMs: 15_000,
  outputLimitBytes: 65_536,
  why: 'Says whether a password is asked for once the screen is dark.',
};

export const idle: Source = {
  id: 'macos/idle',
  platform: 'darwin',
  reads: script(IDLE),
  privilege: 'root',
  timeLimitMs: 15_000,
  outputLimitBytes: 65_536,
  why: 'Says after how long without a touch the screen goes dark.',
};
