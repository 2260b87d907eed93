import type { Act, CommandAct } from '../../host/act.ts';
import { mediaProbe } from './media-seen.ts';
import { nameServersProbe } from './name-servers.ts';

const NFT = ['/usr/sbin/nft', '/sbin/nft', '/usr/bin/nft'];
const LOGINCTL = ['/usr/bin/loginctl', '/bin/loginctl'];
/** As logind numbers them: `2`, `c1`. */
const SESSION = /[A-Za-z0-9]{1,20}/;

interface Declared extends Omit<Act, 'id' | 'platform' | 'does' | 'timeLimitMs' | 'outputLimitBytes'> {
  readonly name: string;
  readonly files: readonly string[];
  readonly args: CommandAct['args'];
  readonly input?: string;
}

function command({ name, files, args, input, ...rest }: Declared): Act {
  const does: CommandAct = { kind: 'command', files, args, ...(input === undefined ? {} : { input }) };
  return { id: `linux/${name}`, platform: 'linux', does, timeLimitMs: 10_000, outputLimitBytes: 1_048_576, ...rest };
}

const RULES = 'rules of the table inet beadle alone';

export const checkRules = command({
  name: 'network-rules-check',
  kind: 'looks',
  files: NFT,
  args: ['-c', '-f', '-'],
  input: RULES,
  why: 'Sees that the rules for an isolated laptop are sound before they are set. Changes nothing.',
});
export const setRules = command({
  name: 'network-rules',
  kind: 'acts',
  files: NFT,
  args: ['-f', '-'],
  input: RULES,
  why: 'Cuts an isolated laptop off from everything but the council’s server, in a table of its own.',
});
export const listRules = command({
  name: 'network-rules-list',
  kind: 'looks',
  files: NFT,
  args: ['-j', 'list', 'table', 'inet', 'beadle'],
  why: 'Sees that an isolated laptop is cut off, and that nobody has changed that.',
});
export const dropRules = command({
  name: 'network-rules-away',
  kind: 'acts',
  files: NFT,
  args: ['delete', 'table', 'inet', 'beadle'],
  why: 'Gives the network back when isolation ends. No other rule is touched.',
});
export const listTables = command({
  name: 'network-tables',
  kind: 'looks',
  files: NFT,
  args: ['-j', 'list', 'tables'],
  why: 'Sees that the table of an isolated laptop is gone. Other tables are not looked into.',
});

export const lookAtNameServers: Act = {
  id: 'linux/name-servers',
  platform: 'linux',
  kind: 'looks',
  does: nameServersProbe,
  timeLimitMs: 2_000,
  outputLimitBytes: 4_096,
  why: 'Lets an isolated laptop ask for the address of the council’s server.',
};

export const setStick: Act = {
  id: 'linux/usb-storage-access',
  platform: 'linux',
  kind: 'acts',
  does: {
    kind: 'file',
    path: /\/sys\/bus\/usb\/devices\/\d{1,3}-\d{1,3}(\.\d{1,3}){0,7}:\d{1,3}\.\d{1,3}\/authorized/,
    value: /[01]/,
    what: 'writes 0 or 1 to authorized of a USB interface that says it is mass storage',
  },
  timeLimitMs: 10_000,
  outputLimitBytes: 1024,
  why: 'Cuts memory sticks off while media are blocked, and lets them in again. Keyboards and mice are never touched.',
};
export const probeStick: Act = {
  id: 'linux/usb-storage-driver',
  platform: 'linux',
  kind: 'acts',
  does: {
    kind: 'file',
    path: /\/sys\/bus\/usb\/drivers_probe/,
    value: /\d{1,3}-\d{1,3}(\.\d{1,3}){0,7}:\d{1,3}\.\d{1,3}/,
    what: 'has the kernel look for the driver of a USB interface',
  },
  timeLimitMs: 10_000,
  outputLimitBytes: 1024,
  why: 'Lets a memory stick in again that had been cut off.',
};
export const setCard: Act = {
  id: 'linux/card-access',
  platform: 'linux',
  kind: 'acts',
  does: {
    kind: 'file',
    path: /\/sys\/bus\/mmc\/drivers\/mmcblk\/(un)?bind/,
    value: /mmc\d{1,3}:[0-9a-f]{4}/,
    what: 'takes a memory card in a slot away from its driver, or gives it back',
  },
  timeLimitMs: 10_000,
  outputLimitBytes: 1024,
  why: 'Cuts memory cards off while media are blocked, and lets them in again.',
};
export const lookAtMedia: Act = {
  id: 'linux/usb-storage',
  platform: 'linux',
  kind: 'looks',
  does: mediaProbe,
  timeLimitMs: 5_000,
  outputLimitBytes: 262_144,
  why: 'Sees which memory sticks and cards are plugged in and whether they are cut off. Not what is on them.',
};

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

/** Everything that the agent may change on Linux, and how it looks at what came of it. */
export const LINUX_ACTS: readonly Act[] = [
  checkRules,
  setRules,
  listRules,
  dropRules,
  listTables,
  lookAtNameServers,
  setStick,
  probeStick,
  setCard,
  lookAtMedia,
  listSessions,
  showSession,
  lockSession,
  endSession,
  listInhibitors,
  showNotice,
];
