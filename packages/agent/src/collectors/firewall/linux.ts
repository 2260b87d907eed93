import { type FirewallProfile, type Known, known, mapKnown, type Observation, unknown } from '@beadle/shared';
import { firewall } from '../../sources/linux/firewall.ts';
import { type Fields, isFields, jsonOf, outputOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';

type State = 'active' | 'inactive' | undefined;

const stateOf = (units: Fields, name: string): State => {
  const state = units[name];
  return state === 'active' || state === 'inactive' ? state : undefined;
};

/** `null` where only root may see them; undefined where nothing was told. */
const rulesOf = ({ Rules: rules }: Fields): number | null | undefined =>
  rules === null || (typeof rules === 'number' && Number.isInteger(rules) && rules >= 0) ? rules : undefined;

/**
 * Whether anything is filtered. firewalld has rules for as long as it runs. The units of nftables and ufw are active once
 * they have run, whether they loaded rules or not: theirs must be seen. Rules of nobody's may be a container's.
 */
function isFiltering(answer: Fields): Known<boolean> {
  const units = answer.Units;
  if (!isFields(units)) return unknown('not-understood', 'no units were told of');
  const [firewalld, nftables, ufw] = ['firewalld', 'nftables', 'ufw'].map((name) => stateOf(units, name));
  const rules = rulesOf(answer);
  if (rules === undefined) return unknown('not-understood', 'the number of rules was not told');
  if (firewalld === 'active')
    return rules === 0 ? unknown('not-understood', 'firewalld runs without rules') : known(true);
  if (nftables === 'active' || ufw === 'active') return rules === null ? unknown('access-denied') : known(rules > 0);
  if ([firewalld, nftables, ufw].includes(undefined)) return unknown('not-told');
  if (rules === 0) return known(false);
  return rules === null ? unknown('access-denied') : unknown('not-told', 'there are rules, but none of a firewall');
}

/** What becomes of a connection that no rule speaks of; a recording may not tell. */
function inboundOf({ Inbound: inbound }: Fields): Known<'block' | 'allow'> {
  return inbound === 'block' || inbound === 'allow' ? known(inbound) : unknown('not-told');
}

const profilesOf = (answer: Known<unknown>): Known<FirewallProfile[]> =>
  mapKnown(answer, (value) => {
    if (!isFields(value)) return unknown('not-understood', 'not the state of a firewall');
    const [enabled, inbound] = [told(isFiltering(value)), told(inboundOf(value))];
    // One for every network: what is always in use.
    return known([{ name: 'firewall', active: known(true), enabled, inbound }]);
  });

/** Cyber Essentials' firewall on Linux: firewalld, ufw or nftables' own rules. */
export const firewallLinux: Collector = {
  check: 'firewall',
  sources: [firewall],
  collect(outputs): Observation {
    const profiles = profilesOf(jsonOf(outputOf(outputs, firewall)));
    return { facts: known({ profiles: told(profiles) }), events: [] };
  },
};
