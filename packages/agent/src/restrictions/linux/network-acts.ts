import type { Act } from '../../host/act.ts';
import { command } from './command.ts';
import { nameServersProbe } from './name-servers.ts';

const NFT = ['/usr/sbin/nft', '/sbin/nft', '/usr/bin/nft'];
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

export const lookAtBoot: Act = {
  id: 'linux/boot',
  platform: 'linux',
  kind: 'looks',
  does: {
    kind: 'probe',
    what: 'the number of this start of the system, /proc/sys/kernel/random/boot_id',
    run: async (files) => (await files.readText('/proc/sys/kernel/random/boot_id')).trim(),
  },
  timeLimitMs: 2_000,
  outputLimitBytes: 1_024,
  why: 'Tells whether rules that are gone went with a restart, or were taken away.',
};
