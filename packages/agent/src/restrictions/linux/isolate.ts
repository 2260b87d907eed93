import type { Restriction } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import type { Means, Observed, RestrictorDeps } from '../means.ts';
import { type Reachable, reachOf } from '../reachable.ts';
import { checkRules, dropRules, listRules, listTables, lookAtNameServers, setRules } from './network-acts.ts';
import { cutsAll, readTable, rulesetOf, type Table, TABLE } from './nft.ts';

const failed = (observed: string): Observed => ({ effect: 'failed', observed });

const whyOf = (result: SourceResult): string =>
  result.kind === 'output' ? result.stderr.split('\n')[0] || `exit code ${result.exitCode}` : result.reason;

const SHOWN = 6;
function inWords(reachable: readonly Reachable[]): string {
  const all = [
    ...new Set(reachable.map(({ address, port }) => `${address.includes(':') ? `[${address}]` : address}:${port}`)),
  ];
  const more = all.length > SHOWN ? ` and ${all.length - SHOWN} more` : '';
  return `nftables drops all but ${all.slice(0, SHOWN).join(', ')}${more}`;
}

/** The network is left to the server and what ICT has allowed, by nftables. */
export function isolate(deps: RestrictorDeps): Means {
  const { host } = deps;
  /** What was last set, and how the kernel told it back. */
  let last: { readonly rules: string; readonly print: string } | undefined;

  async function table(): Promise<Table | undefined> {
    const listed = await host.act(listRules);
    return listed.kind === 'output' && listed.exitCode === 0 ? readTable(listed.stdout) : undefined;
  }

  async function nameServers(): Promise<readonly string[]> {
    const read = await host.act(lookAtNameServers);
    return read.kind === 'output' ? (JSON.parse(read.stdout) as string[]) : [];
  }

  async function set(rules: string): Promise<Observed | undefined> {
    for (const act of [checkRules, setRules]) {
      const result = await host.act(act, { input: rules });
      if (result.kind === 'unreadable' && result.reason === 'tool-missing')
        return { effect: 'unsupported', observed: 'nft is not installed on this device' };
      if (result.kind === 'unreadable' || result.exitCode !== 0) return failed(`nft refused: ${whyOf(result)}`);
    }
    return undefined;
  }

  async function hold(restrictions: readonly Restriction[]): Promise<Observed> {
    const reach = await reachOf(deps, restrictions);
    // To cut what leads nowhere would cut the way by which it is given back as well.
    if (reach === undefined) return failed('the address of the server is not known: nothing is cut off');
    const names = reach.needsNames ? await nameServers() : [];
    const rules = rulesetOf({ ...reach, nameServers: names, uid: process.getuid?.() ?? 0 });
    const before = last;
    if (before?.rules === rules && (await table())?.print === before.print)
      return { effect: 'in-force', observed: inWords(reach.reachable) };
    const refused = await set(rules);
    if (refused !== undefined) return refused;
    const now = await table();
    if (now === undefined || !cutsAll(now)) return failed('nft set the rules, and they are not there');
    last = { rules, print: now.print };
    const putBack = before?.rules === rules;
    const observed = `${inWords(reach.reachable)}${putBack ? '; it had been changed from outside, and was put back' : ''}`;
    return { effect: 'in-force', observed, putBack };
  }

  async function isThere(): Promise<boolean | undefined> {
    const listed = await host.act(listTables);
    if (listed.kind === 'unreadable') return listed.reason === 'tool-missing' ? false : undefined;
    if (listed.exitCode !== 0) return undefined;
    return listed.stdout.includes(`"name": "${TABLE}"`) || listed.stdout.includes(`"name":"${TABLE}"`);
  }

  async function lift(): Promise<Observed> {
    last = undefined;
    if ((await isThere()) === false) return { effect: 'lifted', observed: 'no rule of Beadle’s is in force' };
    const dropped = await host.act(dropRules);
    if ((await isThere()) === false)
      return { effect: 'lifted', observed: 'the rules are gone: the network is as it was before' };
    return failed(`the rules could not be taken away: ${whyOf(dropped)}`);
  }

  return { hold, lift };
}
