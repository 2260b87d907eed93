import { type Known, known, mapKnown, unknown, type Volume } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { type Fields, textField } from '../answers.ts';
import { letterOf, numberField, someRowsOf } from './json-rows.ts';

/**
 * Win32_EncryptableVolume's own numbers.
 * https://learn.microsoft.com/windows/win32/secprov/win32-encryptablevolume
 */
const [PROTECTION_OFF, PROTECTION_ON, PROTECTION_UNKNOWN] = [0, 1, 2];
const LOCKED = 1;
const CONVERSIONS: readonly (BitlockerState | 'encrypted')[] = [
  'off',
  'encrypted',
  'encrypting',
  'decrypting',
  // Paused, on the way there and on the way back.
  'encrypting',
  'decrypting',
];
const METHODS: readonly (string | null)[] = [
  null,
  'AES-128-diffuser',
  'AES-256-diffuser',
  'AES-128',
  'AES-256',
  'hardware',
  'XTS-AES-128',
  'XTS-AES-256',
];
const TYPES = ['system', 'data', 'portable'] as const;

export type BitlockerState = Extract<Volume['state'], { known: unknown }>['known'];

export interface BitlockerVolume {
  /** `C:`, or undefined for a volume without a letter. */
  readonly letter: string | undefined;
  /** `\\?\Volume{…}\`. */
  readonly path: string | undefined;
  /** Undefined where it was not told. */
  readonly type: (typeof TYPES)[number] | undefined;
  readonly state: Known<BitlockerState>;
  readonly method: string | null;
  /** Percent encrypted. */
  readonly percent: number | null;
}

/** Protection that is off over a volume that is encrypted is suspended: the key lies beside it in the clear. */
function stateOf(row: Fields): Known<BitlockerState> {
  const [protection, conversion] = [numberField(row, 'Protection'), numberField(row, 'Conversion')];
  if (numberField(row, 'Lock') === LOCKED) return unknown('locked');
  if (protection === PROTECTION_UNKNOWN) return unknown('not-told', 'whether it is protected is unknown to Windows');
  if (protection === null || conversion === null) return unknown('not-told', 'protection or conversion was not told');
  const converted = CONVERSIONS[conversion];
  if (converted === undefined || (protection !== PROTECTION_OFF && protection !== PROTECTION_ON))
    return unknown('not-understood', `protection ${protection}, conversion ${conversion}`);
  if (converted !== 'encrypted')
    return protection === PROTECTION_ON && converted === 'off'
      ? unknown('not-understood', 'protected, and not encrypted')
      : known(converted);
  return known(protection === PROTECTION_ON ? 'on' : 'suspended');
}

function volumeOf(row: Fields): BitlockerVolume {
  const percent = numberField(row, 'Pct');
  return {
    letter: letterOf(row.DriveLetter),
    path: textField(row, 'DeviceID') ?? undefined,
    type: TYPES[numberField(row, 'VolumeType') ?? TYPES.length],
    state: stateOf(row),
    method: METHODS[numberField(row, 'Method') ?? 0] ?? null,
    percent: percent !== null && percent <= 100 ? percent : null,
  };
}

/** An empty list is what a process without the right to ask is given. */
export const readBitlocker = (result: SourceResult | undefined): Known<readonly BitlockerVolume[]> =>
  mapKnown(someRowsOf(result), (rows) => known(rows.map(volumeOf)));

/** Whether what is kept there can be read by whoever has the disk; a locked volume cannot. */
export function isSealed({ state }: BitlockerVolume): Known<boolean> {
  if ('known' in state) return known(state.known === 'on');
  return state.unknown === 'locked' ? known(true) : state;
}
