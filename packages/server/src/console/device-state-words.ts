import type { DeviceState } from '@beadle/shared';
import type { DeviceRow } from '../devices/read.ts';
import { stateAt } from '../devices/state.ts';
import { day } from './words.ts';

/** The choices of a form, in its order. */
export const STATE_WORDS: Readonly<Record<DeviceState, string>> = {
  'in-service': 'In service',
  'in-store': 'In store',
  'in-repair': 'In repair',
  quiet: 'Quiet until a date',
  'left-service': 'Left service',
};

/** `In store since 4 June 2026`, `Quiet until 1 July 2026`. */
export function deviceStateWords(device: DeviceRow, now: number): string {
  const { state, quietUntil } = stateAt(device, now);
  if (quietUntil !== null) return `Quiet until ${day(quietUntil)}`;
  if (state === 'in-service' || device.state_since === null) return STATE_WORDS[state];
  return `${STATE_WORDS[state]} since ${day(device.state_since)}`;
}

const countries = new Intl.DisplayNames('en-GB', { type: 'region', fallback: 'code' });

const WITH_ARTICLE = /^(United |Netherlands|Philippines|Bahamas|Gambia|Maldives|.* (Islands|Republic|Emirates)$)/;

/** `GB` as `the United Kingdom`; what names no country stays as it is. */
export function countryWords(code: string): string {
  try {
    const name = countries.of(code) ?? code;
    return WITH_ARTICLE.test(name) ? `the ${name}` : name;
  } catch {
    return code;
  }
}
