import { type Known, known, mapKnown, unknown, type Update } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { textOf } from '../answers.ts';

/** `Inst name [old] (new Origin:release/suite, Origin:release/suite [arch])`; a first installation has no `[old]`. */
const INST = /^Inst (\S+)(?: \[([^\]]*)\])? \((\S+) ([^)]*?)(?: \[[^\]]*\])?\)/;
const SUMMARY =
  /^(\d+) upgraded, (\d+) newly installed, (?:\d+ (?:to )?reinstalled, )?(?:\d+ downgraded, )?(\d+) to remove and (\d+) not upgraded\.?$/m;

const ORIGIN = /^[^:,]+:[^/,]*\/\S+$/;

/**
 * By its origin or its suite, either of which says so: `Debian-Security:12/stable-security`, `UbuntuESM:…`. Where no
 * origin is told, nothing says that an update mends no vulnerability.
 */
const isSecurity = (origins: string): boolean =>
  /security|UbuntuESM/i.test(origins) || !origins.split(',').every((origin) => ORIGIN.test(origin.trim()));

function update(name: string, title: string, security: boolean): Update {
  // Debian and Ubuntu tell neither a severity nor, here, the day of release.
  return { id: name.slice(0, 120), title: title.slice(0, 200), severity: 'unknown', security, releasedAt: null };
}

function installable(line: string): Update | undefined {
  const [, name, old, version, origins = ''] = INST.exec(line) ?? [];
  if (name === undefined || version === undefined) return undefined;
  return update(name, `${name} ${old === undefined ? version : `${old} -> ${version}`}`, isSecurity(origins));
}

/** The names below a heading: they are indented, and stand on as many lines as it takes. */
function namesBelow(text: string, heading: RegExp): readonly string[] {
  const at = heading.exec(text);
  if (at === null) return [];
  const [block = ''] = /^(?:[ \t].*\n?)*/.exec(text.slice(at.index + at[0].length)) ?? [];
  return block.split(/\s+/).filter((name) => name !== '');
}

/**
 * Kept-back packages are missing although nothing would install them: apt says nothing of their origin, so that they
 * count as security updates. Phased ones are held back by the vendor, who does that to no security update.
 */
export function readApt(result: SourceResult | undefined): Known<Update[]> {
  return mapKnown(textOf(result), (text) => {
    const [, upgraded, installed, , notUpgraded] = SUMMARY.exec(text) ?? [];
    const lines = text.split('\n').filter((line) => line.startsWith('Inst '));
    const waiting = lines.map(installable).filter((one) => one !== undefined);
    const kept = namesBelow(text, /^The following packages have been kept back:\n/m);
    const phased = namesBelow(text, /^The following upgrades have been deferred due to phasing:\n/m);
    // Its own sums tell a list that was cut short from a short one.
    const isWhole =
      waiting.length === Number(upgraded) + Number(installed) && kept.length + phased.length === Number(notUpgraded);
    if (upgraded === undefined || !isWhole) return unknown('not-understood', 'not the whole of what apt-get prints');
    return known([
      ...waiting,
      ...kept.map((name) => update(name, `${name} (kept back)`, true)),
      ...phased.map((name) => update(name, `${name} (phased)`, false)),
    ]);
  });
}

export function readAptFreshness(fact: Known<unknown>): Known<number> {
  return mapKnown(fact, (value) => {
    const told =
      typeof value === 'object' && value !== null && 'ListsUpdatedAt' in value ? value.ListsUpdatedAt : undefined;
    if (told === null) return unknown('source-missing', 'no lists of updates were ever fetched');
    const at = typeof told === 'string' ? Date.parse(told) : Number.NaN;
    return Number.isNaN(at) ? unknown('not-understood') : known(at);
  });
}
