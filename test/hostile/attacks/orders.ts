import { EffectsReport, PATHS } from '@beadle/shared';
import { BODIES, TEXTS } from '../corpus.ts';
import { signedShot } from '../device.ts';
import type { Context } from '../draft.ts';
import { mutated, rawly } from '../mutate.ts';
import type { Shot } from '../shot.ts';
import { valueOf } from '../values.ts';
import type { Attack } from './attack.ts';

const counterOf = ({ world }: Context): number => world.server.clock.now();
const at = ({ world }: Context): string => new Date(world.server.clock.now()).toISOString();

const report = (context: Context, body: Buffer, more: Partial<Parameters<typeof signedShot>[0]> = {}): Shot =>
  signedShot({
    path: PATHS.effects,
    body,
    signer: context.world.a.owned.signer,
    counter: counterOf(context),
    type: 'application/json',
    ...more,
  });

/** As the owner of a laptop may sign it: of the right form, with whatever they like in it. */
function honest(context: Context): Record<string, unknown> {
  const { dice, world } = context;
  const ids = [...(world.a.places['devices.id'] ?? []), ...(world.b.places['devices.id'] ?? []), 'constructor', 'x'];
  const effect = () => ({
    id: dice.pick(ids),
    effect: dice.pick(['in-force', 'lifted', 'released', 'lapsed', 'failed']),
    at: dice.pick([at(context), '9999-12-31T23:59:59Z', '0000-01-01T00:00:00Z']),
    observed: dice.pick(TEXTS).slice(0, 400) || 'x',
  });
  const version = dice.pick([0, 1, counterOf(context), 2 ** 48, 2 ** 48 + 1, 2 ** 53, 1e300]);
  const refused = [dice.pick(TEXTS).slice(0, 40), '__proto__'];
  return {
    protocol: dice.pick([1, 1, 1, 2]),
    version,
    effects: Array.from({ length: dice.below(4) }, effect),
    refused,
  };
}

const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value) ?? '');

function reported(context: Context): Shot {
  const { dice } = context;
  const body = dice.pick<() => Buffer>([
    () => bytesOf(honest(context)),
    () => bytesOf(honest(context)),
    () => bytesOf(mutated(honest(context), dice)),
    () => bytesOf(valueOf(EffectsReport, dice, {})),
    () => Buffer.from(rawly(honest(context), dice)),
    () => dice.pick(BODIES)(),
  ])();
  return report(context, body);
}

/** By a key that is none of this device's, or for another address: a stream that is signed well has no end. */
function wronglySigned(context: Context, path: string): Shot {
  const { dice, world } = context;
  const { owned, superseded } = world.a;
  const stream = path === PATHS.stream;
  const body = stream ? Buffer.alloc(0) : bytesOf(honest(context));
  const method = stream ? 'GET' : 'POST';
  const base = { path, body, method, signer: owned.signer, counter: counterOf(context), type: 'application/json' };
  const shot = dice.pick<() => Shot>([
    () => signedShot({ ...base, signer: superseded.signer }),
    () => signedShot({ ...base, signer: { ...world.b.owned.signer, keyId: owned.signer.keyId } }),
    () => signedShot({ ...base, authority: 'evil.example' }),
    () => signedShot({ ...base, query: '?a=b' }),
    () => signedShot({ ...base, counter: 0 }),
    () => signedShot({ ...base, method: 'DELETE' }),
  ])();
  if (!stream) return shot;
  const { payload: _, ...rest } = shot;
  return { ...rest, method: 'GET' };
}

const isAt =
  (path: string) =>
  ({ url }: { readonly url: string }): boolean =>
    url === path;

export const ORDER_ATTACKS: readonly Attack[] = [
  { kind: 'effects, signed', on: isAt(PATHS.effects), times: 30, make: reported },
  {
    kind: 'effects, wrongly signed',
    on: isAt(PATHS.effects),
    times: 10,
    make: (context) => wronglySigned(context, PATHS.effects),
  },
  {
    kind: 'a stream, wrongly signed',
    on: isAt(PATHS.stream),
    times: 10,
    make: (context) => wronglySigned(context, PATHS.stream),
  },
];
