import type { Restriction } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import type { Means, Observed, RestrictorDeps } from '../means.ts';
import { type Reach, type Reachable, reachOf } from '../reachable.ts';
import {
  checkRules,
  dropRules,
  listRules,
  listTables,
  lookAtBoot,
  lookAtNameServers,
  setRules,
} from './network-acts.ts';
import { cutsAll, hasTable, readTable, rulesetOf, type Table } from './nft.ts';

type Host = Pick<RestrictorDeps['host'], 'act'>;

const failed = (observed: string): Observed => ({ effect: 'failed', observed });

const whyOf = (result: SourceResult): string =>
  result.kind === 'output' ? result.stderr.split('\n')[0] || `exit code ${result.exitCode}` : result.reason;

const SHOWN = 6;
const called = ({ address, port }: Reachable) => `${address.includes(':') ? `[${address}]` : address}:${port}`;

function inWords(reachable: readonly Reachable[]): string {
  const all = [...new Set(reachable.map(called))];
  const more = all.length > SHOWN ? ` and ${all.length - SHOWN} more` : '';
  return `nftables drops all but ${all.slice(0, SHOWN).join(', ')}${more}`;
}

async function tableNow(host: Host): Promise<Table | undefined> {
  const listed = await host.act(listRules);
  return listed.kind === 'output' && listed.exitCode === 0 ? readTable(listed.stdout) : undefined;
}

/** False where there is no table of ours; undefined where that cannot be told. */
async function isThere(host: Host): Promise<boolean | undefined> {
  const listed = await host.act(listTables);
  if (listed.kind === 'unreadable') return listed.reason === 'tool-missing' ? false : undefined;
  return listed.exitCode === 0 ? hasTable(listed.stdout) : undefined;
}

/** Checks the rules and then sets them; what went wrong, if anything. */
async function set(host: Host, rules: string): Promise<Observed | undefined> {
  for (const act of [checkRules, setRules]) {
    const result = await host.act(act, { input: rules });
    if (result.kind === 'unreadable' && result.reason === 'tool-missing')
      return { effect: 'unsupported', observed: 'nft is not installed on this device' };
    if (result.kind === 'unreadable' || result.exitCode !== 0) return failed(`nft refused: ${whyOf(result)}`);
  }
  return undefined;
}

async function rulesFor(host: Host, { reachable, needsNames }: Reach): Promise<string> {
  const read = needsNames ? await host.act(lookAtNameServers) : undefined;
  const nameServers = read?.kind === 'output' ? (JSON.parse(read.stdout) as string[]) : [];
  return rulesetOf({ reachable, nameServers, uid: process.getuid?.() ?? 0 });
}

const ISOLATED_SINCE = 'isolated_boot';

/** Whether rules that are gone were set in this very start of the system: then it was somebody who took them away. */
async function wereTaken({ host, kept }: RestrictorDeps): Promise<boolean> {
  const boot = await host.act(lookAtBoot);
  const isOfThisStart = boot.kind === 'output' && kept.text(ISOLATED_SINCE) === boot.stdout;
  const isGone = isOfThisStart && (await isThere(host)) === false;
  if (boot.kind === 'output') kept.set(ISOLATED_SINCE, boot.stdout);
  return isGone;
}

async function lift(host: Host): Promise<Observed> {
  if ((await isThere(host)) === false) return { effect: 'lifted', observed: 'no rule of Beadle’s is in force' };
  const dropped = await host.act(dropRules);
  if ((await isThere(host)) === false)
    return { effect: 'lifted', observed: 'the rules are gone: the network is as it was before' };
  return failed(`the rules could not be taken away: ${whyOf(dropped)}`);
}

/** The network is left to the server and what ICT has allowed, by nftables. */
export function isolate(deps: RestrictorDeps): Means {
  const { host } = deps;
  /** What was last set, and how the kernel told it back. */
  let last: { readonly rules: string; readonly print: string } | undefined;

  async function hold(restrictions: readonly Restriction[]): Promise<Observed> {
    const reach = await reachOf(deps, restrictions);
    // To cut what leads nowhere would cut the way by which it is given back as well.
    if (reach === undefined) return failed('the address of the server is not known: nothing is cut off');
    const rules = await rulesFor(host, reach);
    const words = inWords(reach.reachable);
    const before = last;
    const isSame = before?.rules === rules;
    if (isSame && (await tableNow(host))?.print === before.print) return { effect: 'in-force', observed: words };
    const wasUndone = before === undefined ? await wereTaken(deps) : isSame;
    const refused = await set(host, rules);
    if (refused !== undefined) return refused;
    const now = await tableNow(host);
    if (now === undefined || !cutsAll(now)) return failed('nft set the rules, and they are not there');
    last = { rules, print: now.print };
    const observed = wasUndone ? `${words}; it had been changed from outside, and was put back` : words;
    return { effect: 'in-force', observed, putBack: wasUndone };
  }

  return {
    hold,
    lift() {
      last = undefined;
      deps.kept.set(ISOLATED_SINCE, undefined);
      return lift(host);
    },
  };
}
