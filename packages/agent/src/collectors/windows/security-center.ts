import { type Known, known, mapKnown, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { type Fields, textField } from '../answers.ts';
import { numberField, rowsOf } from './json-rows.ts';

/** What one program has told Windows' Security Center of itself. */
export interface RegisteredProduct {
  readonly name: string;
  /** Null where it was not told. */
  readonly guid: string | null;
  readonly isOn: Known<boolean>;
  readonly isUpToDate: Known<boolean>;
  /** Milliseconds since the epoch; null where it was not told. */
  readonly changedAt: number | null;
}

/** The high digit of the middle byte: off, on, snoozed, and expired, which is off for want of a licence. */
const ON = 1;
const OFF: readonly number[] = [0, 2, 3];

/**
 * 0xPPSSUU: what kind of program, whether it is on, whether its signatures are current. Microsoft has never written it
 * down: what is not of the known values is not guessed at. https://learn.microsoft.com/windows/win32/api/iwscapi/
 */
function stateOf(state: number): Pick<RegisteredProduct, 'isOn' | 'isUpToDate'> {
  const [running, low] = [(state >> 12) & 0xf, (state >> 8) & 0xf];
  const odd = unknown('not-understood', `productState ${state}`);
  const isKnownState = low <= 1 && state >> 16 !== 0 && state < 0x1_00_00_00;
  const isOff = OFF.includes(running);
  return {
    isOn: isKnownState && (running === ON || isOff) ? known(running === ON) : odd,
    isUpToDate: { 0: known(true), 16: known(false) }[state & 0xff] ?? odd,
  };
}

function productOf(row: Fields): RegisteredProduct | undefined {
  const name = textField(row, 'displayName');
  if (name == null) return undefined;
  const state = numberField(row, 'productState');
  if (state === null || !Number.isInteger(state)) return undefined;
  const changedAt = typeof row.timestamp === 'string' ? Date.parse(row.timestamp) : Number.NaN;
  return {
    name: name.slice(0, 80),
    guid: textField(row, 'instanceGuid')?.toUpperCase() ?? null,
    ...stateOf(state),
    changedAt: Number.isNaN(changedAt) ? null : changedAt,
  };
}

/** `windows/antivirus-products` and `windows/firewall-products`; an empty list is the answer that none is registered. */
export const readSecurityCenter = (result: SourceResult | undefined): Known<readonly RegisteredProduct[]> =>
  mapKnown(rowsOf(result), (rows) => {
    const products = rows.map(productOf).filter((product) => product !== undefined);
    return products.length === rows.length
      ? known(products)
      : unknown('not-understood', 'a product was not understood');
  });
