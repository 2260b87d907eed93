import { type Known, known, type SystemSupport, unknown } from '@beadle/shared';
import dates from './support-dates.json' with { type: 'json' };

/** What /etc/os-release calls a system, where the list of dates has another name for it. */
const PRODUCTS: Readonly<Record<string, string>> = {
  rocky: 'rocky-linux',
  'opensuse-leap': 'opensuse',
};
/** Their minor releases are one cycle. */
const MAJOR_ONLY: ReadonlySet<string> = new Set(['debian', 'rhel', 'rocky-linux', 'almalinux', 'fedora']);

/** `ID` and `VERSION_ID` of os-release(5): shell assignments, with or without quotes. */
export function osReleaseField(text: string, name: string): string | undefined {
  const [, value] = new RegExp(`^${name}=(.*)$`, 'm').exec(text) ?? [];
  return value?.trim().replace(/^(["'])(.*)\1$/, '$2') || undefined;
}

/** The end of free support, from the dated list; a system that is not in it is unknown, however well it is kept. */
export function supportOf(product: string, cycle: string): Known<SystemSupport> {
  const row = dates.rows.find((one) => one.product === product && one.cycle === cycle);
  return row === undefined
    ? unknown('not-in-support-list', `${product} ${cycle}`)
    : known({ label: row.label, ends: row.ends });
}

export function linuxSupport(osRelease: string): Known<SystemSupport> {
  const id = osReleaseField(osRelease, 'ID')?.toLowerCase();
  const version = osReleaseField(osRelease, 'VERSION_ID');
  if (id === undefined) return unknown('not-understood', 'no ID in os-release');
  if (version === undefined) return unknown('not-in-support-list', id);
  const product = PRODUCTS[id] ?? id;
  // Mint's Debian edition numbers from 1 again, under Mint's own ID.
  if (/^["']?LMDE/m.test(osReleaseField(osRelease, 'NAME') ?? '')) return supportOf(product, `lmde${version}`);
  return supportOf(product, MAJOR_ONLY.has(product) ? (version.split('.')[0] ?? version) : version);
}
