import { type FirewallProfile, isKnown, type Known, known, mapKnown, type Observation, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { network } from '../../sources/windows/network.ts';
import { firewallProducts, firewallProfiles, services } from '../../sources/windows/protection.ts';
import { type Fields, jsonOf, outputOf, rowsAt, told } from '../answers.ts';
import type { Collector } from '../collector.ts';
import { numberField, rowsOf, someRowsOf } from '../windows/json-rows.ts';
import { readSecurityCenter, type RegisteredProduct } from '../windows/security-center.ts';

/** In the order of Windows' own numbers of a network's category: public, private, the domain's. */
const PROFILES = ['Public', 'Private', 'Domain'] as const;

/** A network profile that is in use now. Without any network none is told, as Windows may be about to choose one. */
const readCategories = (result: SourceResult | undefined): Known<readonly number[]> =>
  mapKnown(jsonOf(result), (value) => {
    const rows = rowsAt(value, 'Profiles');
    if (rows === undefined) return unknown('not-understood', 'not a list of networks');
    const categories = rows
      .map((row) => row.NetworkCategory)
      .filter((one) => typeof one === 'number' && one in PROFILES);
    if (categories.length < rows.length) return unknown('not-understood', 'a network of no known category');
    return categories.length === 0 ? unknown('not-told', 'no network is connected') : known(categories as number[]);
  });

/** 2, not configured, is left to whatever else decides, which the store in use should have said. */
function enabledOf(value: number | null): Known<boolean> {
  if (value === 0 || value === 1) return known(value === 1);
  return value === 2 ? unknown('not-told', 'not configured') : unknown('not-understood', 'not a state of a profile');
}

/** https://learn.microsoft.com/windows/win32/fwp/wmi/wfascimprov/msft-netfirewallprofile */
function inboundOf(value: number | null): Known<'block' | 'allow'> {
  if (value === 4 || value === 2) return known(value === 4 ? 'block' : 'allow');
  return value === 0 ? unknown('not-told', 'not configured') : unknown('not-understood', 'not an action');
}

/** Whether the service runs that carries profiles out; where only its list was never recorded they are believed. */
const readService = (result: SourceResult | undefined): Known<boolean> => {
  const list = rowsOf(result);
  if (!isKnown(list)) return list.unknown === 'source-missing' ? known(true) : list;
  const state = list.known.find(({ Name: name }) => name === 'mpssvc')?.State;
  return state === 'Running' || state === 'Stopped'
    ? known(state === 'Running')
    : unknown('not-told', 'whether the firewall runs');
};

interface Beside {
  readonly categories: Known<readonly number[]>;
  readonly isRunning: Known<boolean>;
  readonly others: Known<readonly RegisteredProduct[]>;
}

/**
 * Another maker's firewall switches profiles off when it takes over. What it lets in is not told; where one may have
 * taken over, a profile that is off is not known to leave the device open. A server knows of no others.
 */
function besideOther(fact: Known<boolean>, others: Known<readonly RegisteredProduct[]>): Known<boolean> {
  if (!isKnown(fact) || fact.known) return fact;
  if (!isKnown(others)) return ['source-missing', 'not-installed'].includes(others.unknown) ? fact : others;
  const on = others.known.find(({ isOn }) => !isKnown(isOn) || isOn.known);
  return on === undefined
    ? fact
    : unknown('not-told', `${on.name} may have taken over, and does not tell what it lets in`);
}

function profileOf(name: string, category: number, row: Fields | undefined, beside: Beside): FirewallProfile {
  const untold = unknown('not-told', 'not among the profiles');
  const enabled = row === undefined ? untold : enabledOf(numberField(row, 'Enabled'));
  const isOn = mapKnown(enabled, (on) => mapKnown(beside.isRunning, (running) => known(on && running)));
  return {
    name,
    active: told(mapKnown(beside.categories, (categories) => known(categories.includes(category)))),
    // What is off is off, whether its service runs or not.
    enabled: told(besideOther(isKnown(enabled) && !enabled.known ? enabled : isOn, beside.others)),
    inbound: told(row === undefined ? untold : inboundOf(numberField(row, 'DefaultInboundAction'))),
  };
}

const readProfiles = (result: SourceResult | undefined, beside: Beside): Known<FirewallProfile[]> =>
  mapKnown(someRowsOf(result), (rows) => {
    const byName = Map.groupBy(rows, (row) => row.Name);
    const isWhole = [...byName].every(([name, { length }]) => length === 1 && PROFILES.some((one) => one === name));
    if (!isWhole) return unknown('not-understood', 'a profile of no known name');
    return known(PROFILES.map((name, category) => profileOf(name, category, byName.get(name)?.[0], beside)));
  });

/** Cyber Essentials' firewall on Windows: its own, by what holds after group policy. */
export const firewallWindows: Collector = {
  check: 'firewall',
  sources: [firewallProfiles, firewallProducts, services, network],
  collect(outputs): Observation {
    const profiles = readProfiles(outputOf(outputs, firewallProfiles), {
      categories: readCategories(outputOf(outputs, network)),
      isRunning: readService(outputOf(outputs, services)),
      others: readSecurityCenter(outputOf(outputs, firewallProducts)),
    });
    return { facts: known({ profiles: told(profiles) }), events: [] };
  },
};
