import { RAW, TEXTS, VALUES } from './corpus.ts';
import type { Dice } from './dice.ts';

const PLACE = '@@RAW@@';
const KEYS = ['extra', '__proto__', 'constructor', 'toString', '', 'a.b', '\u0000', 'ключ'];

type Holder = Record<string | number, unknown>;
interface Place {
  readonly holder: Holder;
  readonly key: string | number;
}

function* placesIn(value: unknown): Generator<Place> {
  if (typeof value !== 'object' || value === null) return;
  const holder = value as Holder;
  for (const key of Object.keys(holder)) {
    yield { holder, key };
    yield* placesIn(holder[key]);
  }
}

/** Sets a key as JSON would: also `__proto__` becomes one of the object's own. */
function put({ holder, key }: Place, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function mutateAt(dice: Dice, place: Place): void {
  const kind = dice.below(6);
  if (kind === 0 && !Array.isArray(place.holder)) delete place.holder[place.key];
  else if (kind === 1)
    put(
      { holder: place.holder, key: Array.isArray(place.holder) ? 0 : dice.pick(KEYS) },
      structuredClone(dice.pick(VALUES)),
    );
  else if (kind === 2) put(place, structuredClone(dice.pick(VALUES)));
  else put(place, dice.pick(TEXTS));
}

/** A copy of `value` with a few things changed in it. */
export function mutated(value: unknown, dice: Dice): unknown {
  const whole: Holder = { root: structuredClone(value) };
  for (let count = 1 + dice.below(3); count > 0 && 'root' in whole; count -= 1) {
    mutateAt(dice, dice.pick([...placesIn(whole)]));
  }
  return whole['root'];
}

/** `value` as JSON with text in it that is none, or that no value stands for. */
export function rawly(value: unknown, dice: Dice): string {
  const whole: Holder = { root: structuredClone(value) };
  put(dice.pick([...placesIn(whole)]), PLACE);
  return textOf(whole['root']).replace(`"${PLACE}"`, () => dice.pick(RAW)());
}

export const textOf = (value: unknown): string => JSON.stringify(value) ?? '';
