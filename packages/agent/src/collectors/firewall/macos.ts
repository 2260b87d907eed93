import { type FirewallProfile, type Known, known, mapKnown, type Observation, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { firewall } from '../../sources/macos/protection.ts';
import { firstLine, outputOf, textOf, told } from '../answers.ts';
import type { Collector } from '../collector.ts';

/** `(State = n)`: 0 off, 1 on, 2 blocking all that the system itself does not need. The words must not say otherwise. */
const isOn = (result: SourceResult | undefined): Known<boolean> =>
  mapKnown(textOf(result), (text) => {
    const [state, ...more] = [...text.matchAll(/^Firewall is (.*)\(State = ([012])\)\s*$/gm)];
    const on = state !== undefined && state[2] !== '0';
    const saysOff = /\b(disabled|off)\b/i.test(state?.[1] ?? '');
    if (state === undefined || more.length > 0 || on === saysOff) return unknown('not-understood', firstLine(text));
    return known(on);
  });

/** Cyber Essentials' firewall on macOS: one for every network, which lets in what has been allowed and nothing else. */
export const firewallMacos: Collector = {
  check: 'firewall',
  sources: [firewall],
  collect(outputs): Observation {
    const profiles = mapKnown(
      isOn(outputOf(outputs, firewall)),
      (on): Known<FirewallProfile[]> =>
        known([{ name: 'macOS', active: known(true), enabled: known(on), inbound: known(on ? 'block' : 'allow') }]),
    );
    return { facts: known({ profiles: told(profiles) }), events: [] };
  },
};
