import type { Act, CommandAct } from '../../host/act.ts';

const PFCTL = ['/sbin/pfctl'];
/** Every Mac's /etc/pf.conf has `anchor "com.apple/*"`: what is below it is gone through without a change to that file. */
const ANCHOR = ['-a', 'com.apple/beadle'];
const UID = /\d{1,10}/;

interface Declared extends Omit<Act, 'id' | 'platform' | 'does' | 'timeLimitMs' | 'outputLimitBytes'> {
  readonly name: string;
  readonly files: readonly string[];
  readonly args: CommandAct['args'];
  readonly input?: string;
}

function command({ name, files, args, input, ...rest }: Declared): Act {
  const does: CommandAct = { kind: 'command', files, args, ...(input === undefined ? {} : { input }) };
  return { id: `macos/${name}`, platform: 'darwin', does, timeLimitMs: 15_000, outputLimitBytes: 1_048_576, ...rest };
}

const RULES = 'rules of the anchor com.apple/beadle alone';

export const checkRules = command({
  name: 'network-rules-check',
  kind: 'looks',
  files: PFCTL,
  args: ['-n', ...ANCHOR, '-f', '-'],
  input: RULES,
  why: 'Sees that the rules for an isolated Mac are sound before they are set. Changes nothing.',
});
export const setRules = command({
  name: 'network-rules',
  kind: 'acts',
  files: PFCTL,
  args: ['-E', ...ANCHOR, '-f', '-'],
  input: RULES,
  why: 'Cuts an isolated Mac off from everything but the council’s server, in an anchor of its own.',
});
export const endConnections = command({
  name: 'network-connections',
  kind: 'acts',
  files: PFCTL,
  args: ['-F', 'states'],
  why: 'Ends the connections that an isolated Mac had open before.',
});
export const listRules = command({
  name: 'network-rules-list',
  kind: 'looks',
  files: PFCTL,
  args: [...ANCHOR, '-s', 'rules'],
  why: 'Sees that an isolated Mac is cut off, and that nobody has changed that.',
});
export const filterState = command({
  name: 'network-filter',
  kind: 'looks',
  files: PFCTL,
  args: ['-s', 'info'],
  why: 'Sees that the packet filter is on.',
});
export const dropRules = command({
  name: 'network-rules-away',
  kind: 'acts',
  files: PFCTL,
  args: [...ANCHOR, '-F', 'rules'],
  why: 'Gives the network back when isolation ends. No other rule is touched.',
});
export const sessions = command({
  name: 'sessions',
  kind: 'looks',
  files: ['/usr/sbin/ioreg'],
  args: ['-n', 'Root', '-d1', '-a'],
  why: 'Sees who is at the screen and whether it is locked, while an order holds. No name leaves the Mac.',
});
export const sleepDisplay = command({
  name: 'screen-off',
  kind: 'acts',
  files: ['/usr/bin/pmset'],
  args: ['displaysleepnow'],
  why: 'Turns the screen off, which locks it where a password is asked for at once, while an order to lock holds.',
});
export const endSession = command({
  name: 'session-end',
  kind: 'acts',
  files: ['/bin/launchctl'],
  args: ['bootout', /user\/\d{1,10}/],
  why: 'Signs a person out, while an order to sign out holds.',
});
export const showNotice = command({
  name: 'notice',
  kind: 'acts',
  files: ['/bin/launchctl'],
  args: [
    'asuser',
    UID,
    '/usr/bin/sudo',
    '-n',
    '-u',
    /#\d{1,10}/,
    '/usr/bin/osascript',
    '-e',
    'on run argv',
    '-e',
    'display notification (item 2 of argv) with title (item 1 of argv)',
    '-e',
    'end run',
    '--',
    /[^\p{Cc}]{1,200}/u,
    /([^\p{Cc}]|\n){1,2500}/u,
  ],
  why: 'Shows you a message from ICT, or why the Mac is restricted and whom to call.',
});

/** Everything that the agent may change on macOS, and how it looks at what came of it. */
export const MACOS_ACTS: readonly Act[] = [
  checkRules,
  setRules,
  endConnections,
  listRules,
  filterState,
  dropRules,
  sessions,
  sleepDisplay,
  endSession,
  showNotice,
];
