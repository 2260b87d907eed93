import { command } from './command.ts';

const LOGINCTL = ['/usr/bin/loginctl', '/bin/loginctl'];
/** As logind numbers them: `2`, `c1`. */
const SESSION = /[A-Za-z0-9]{1,20}/;

export const listSessions = command({
  name: 'sessions',
  kind: 'looks',
  files: LOGINCTL,
  args: ['list-sessions', '--no-legend', '--no-pager'],
  why: 'Sees who is signed in, while an order to lock or sign out holds or a notice is to be shown.',
});
export const showSession = command({
  name: 'session',
  kind: 'looks',
  files: LOGINCTL,
  args: [
    'show-session',
    ...['Id', 'Name', 'User', 'Class', 'Type', 'State', 'LockedHint', 'Desktop'].map((name) => `--property=${name}`),
    SESSION,
  ],
  why: 'Sees whether a session is locked, while an order to lock holds.',
});
export const lockSession = command({
  name: 'session-lock',
  kind: 'acts',
  files: LOGINCTL,
  args: ['lock-session', SESSION],
  why: 'Locks the screen, while an order to lock holds. Nothing that is open is lost.',
});
export const endSession = command({
  name: 'session-end',
  kind: 'acts',
  files: LOGINCTL,
  args: ['terminate-session', SESSION],
  why: 'Signs a person out, while an order to sign out holds.',
});
export const listInhibitors = command({
  name: 'presenting',
  kind: 'looks',
  files: ['/usr/bin/busctl', '/bin/busctl'],
  args: [
    '--json=short',
    'call',
    'org.freedesktop.login1',
    '/org/freedesktop/login1',
    'org.freedesktop.login1.Manager',
    'ListInhibitors',
  ],
  why: 'Sees whether a program keeps the screen on, as for a presentation: a message then waits.',
});
export const showNotice = command({
  name: 'notice',
  kind: 'acts',
  files: ['/usr/sbin/runuser', '/sbin/runuser'],
  args: [
    '-u',
    /[A-Za-z_][A-Za-z0-9_.@-]{0,100}\$?/,
    '--',
    '/usr/bin/env',
    /DBUS_SESSION_BUS_ADDRESS=unix:path=\/run\/user\/\d{1,10}\/bus/,
    '/usr/bin/notify-send',
    '--app-name=Beadle',
    '--icon=dialog-information',
    /--urgency=(normal|critical)/,
    '--',
    /[^\p{Cc}]{1,200}/u,
    /([^\p{Cc}]|\n){1,2500}/u,
  ],
  why: 'Shows you a message from ICT, or why the laptop is restricted and whom to call, as any program’s notification.',
});
