import { randomBytes } from 'node:crypto';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { CheckInHeader, FindingBody, GapBody, PATHS, signerOf, type Signer } from '@beadle/shared';
import { bombOf } from '../bombs.ts';
import { BODIES, RAW, TEXTS, VALUES } from '../corpus.ts';
import { type Device, enrolmentShot, findingOf, headerOf, linesOf, newKey, signedShot } from '../device.ts';
import type { Context } from '../draft.ts';
import { mutated, rawly } from '../mutate.ts';
import type { Shot } from '../shot.ts';
import { valueOf } from '../values.ts';
import type { Attack } from './attack.ts';

const unknown: Signer = signerOf(newKey());
const tooLarge = Buffer.alloc(4 * 1024 * 1024 + 1, 'x');

const at = ({ world }: Context): string => new Date(world.server.clock.now()).toISOString();
const counterOf = ({ world }: Context): number => world.server.clock.now();
const saltOf = ({ dice }: Context): string => dice.text('abcdefghijklmnopqrstuvwxyz', 22);

/** Findings such as the owner of a laptop may sign: of the right form, with whatever they like in them. */
function hostileFinding(context: Context): unknown {
  const { dice } = context;
  const observed = Object.fromEntries(
    ['state', 'at', 'since', 'bytes', 'constructor', 'list'].map((name) => [
      name,
      dice.pick<unknown>([dice.pick(TEXTS).slice(0, 400), 1e300, 8.7e15, [dice.pick(TEXTS).slice(0, 100), 1e13], null]),
    ]),
  );
  const subject = dice.pick(TEXTS).slice(0, 300) || '/';
  const kind = dice.pick(['state', 'event'] as const);
  const odd = ['2026-02-29T00:00:00Z', '2026-13-45T99:99:99Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z'];
  const time = dice.chance(0.9) ? at(context) : dice.pick(odd);
  const rule = dice.pick(['laptop-encryption', 'constructor', 'agent-health']);
  return findingOf(saltOf(context), time, { subject, kind, observed: observed as FindingBody['observed'], rule });
}

function hostileFacts({ dice }: Context): unknown {
  const value = dice.pick<() => unknown>([
    () => dice.pick(TEXTS),
    () => ({ volumes: { known: [{ name: dice.pick(TEXTS), at: dice.pick(VALUES) }] } }),
    () => ({ constructor: dice.pick(VALUES), since: 1e300, startedAt: 8.7e15, at: '2026-99-99T99:99' }),
    () => dice.pick(VALUES),
  ])();
  return value;
}

/** What the chain will not take, or cannot go on behind. */
function oddGap(context: Context): unknown {
  const { sequence, link } = context.world.a.owned.head;
  const to = context.dice.pick([sequence + 1, sequence + 2 ** 20, 2 ** 53 - 1]);
  const gap = { from: sequence + 1, to, lastLink: link, cause: 'outbox-lost', lost: context.dice.pick([null, 1e300]) };
  return { salt: saltOf(context), at: at(context), gap };
}

/** Mostly of the right form, so that what is in them is taken in. */
function bodiesOf(context: Context): unknown[] {
  const { dice } = context;
  if (dice.chance(0.005))
    return [oddGap(context), findingOf(saltOf(context), at(context)), findingOf(saltOf(context), at(context))];
  const bodies: unknown[] = Array.from({ length: dice.below(4) }, () =>
    dice.chance(0.8) ? hostileFinding(context) : { ...(valueOf(FindingBody, dice, {}) as object), at: at(context) },
  );
  if (dice.chance(0.7)) return bodies;
  const odd = dice.pick<() => unknown>([
    () => mutated(findingOf(saltOf(context), at(context)), dice),
    () => mutated(oddGap(context), dice),
    () => valueOf(GapBody, dice, {}),
  ]);
  return [...bodies, odd()];
}

function headerBy(context: Context, device: Device): unknown {
  const { dice } = context;
  const header = headerOf(device, at(context));
  const facts = Object.fromEntries(
    ['disk-encryption', 'patches', 'constructor'].map((check) => [
      check,
      { at: at(context), facts: hostileFacts(context) },
    ]),
  );
  return dice.pick<() => unknown>([
    () => header,
    () => header,
    () => ({ ...header, facts }),
    () => ({ ...header, facts }),
    () => ({ ...header, sentAt: dice.pick(TEXTS) }),
    () => mutated({ ...header, facts }, dice),
    () => ({
      ...(valueOf(CheckInHeader, dice, {}) as object),
      previous: header.previous,
      generation: header.generation,
    }),
  ])();
}

const checkIn = (
  context: Context,
  signer: Signer,
  body: Buffer,
  more: Partial<Parameters<typeof signedShot>[0]> = {},
): Shot => signedShot({ path: PATHS.checkIns, body, signer, counter: counterOf(context), ...more });

const honestBody = (context: Context, device = context.world.a.owned): Buffer =>
  linesOf(headerOf(device, at(context)), [findingOf(saltOf(context), at(context))]);

/** Signed by somebody who may not speak for the device that is named, or over something else than was sent. */
function wronglySigned(context: Context): Shot {
  const { dice, world } = context;
  const { owned, superseded } = world.a;
  const body = honestBody(context);
  const good = checkIn(context, owned.signer, body);
  const named = (signer: Signer, keyId: string): Signer => ({ ...signer, keyId });
  return dice.pick<() => Shot>([
    () => checkIn(context, unknown, body),
    () => checkIn(context, superseded.signer, body),
    () => checkIn(context, world.b.owned.signer, body),
    () => checkIn(context, named(unknown, owned.signer.keyId), body),
    () => checkIn(context, named(world.b.owned.signer, owned.signer.keyId), body),
    () => checkIn(context, named(superseded.signer, owned.signer.keyId), body),
    () => checkIn(context, { ...owned.signer, algorithm: 'ecdsa-p256-sha256' }, body),
    () => checkIn(context, owned.signer, body, { authority: 'evil.example' }),
    () => checkIn(context, owned.signer, body, { query: '?a=b' }),
    () => checkIn(context, owned.signer, body, { method: 'PUT' }),
    () => checkIn(context, owned.signer, body, { counter: 2 ** 53 }),
    () => checkIn(context, owned.signer, body, { counter: 0 }),
    () => ({ ...good, payload: Buffer.concat([body, Buffer.from('\n')]) }),
    () => ({ ...good, payload: body.subarray(0, dice.below(body.length)) }),
    () => ({ ...good, url: `${good.url}?a=b` }),
    () => ({ ...good, headers: { ...good.headers, 'content-encoding': 'gzip' } }),
    () => ({
      ...good,
      headers: {
        ...good.headers,
        [dice.pick(['signature', 'signature-input', 'content-digest'])]: dice
          .pick(TEXTS)
          .replaceAll(/[^\x20-\x7e]/g, ''),
      },
    }),
    () => ({ ...good, headers: { ...good.headers, signature: [String(good.headers['signature']), 'beadle=:AAAA:'] } }),
  ])();
}

/** The frame says that it needs a window of 2^27 bytes. */
const farWindow = (): Buffer =>
  zstdCompressSync(Buffer.from('{}'), {
    params: { [constants.ZSTD_c_windowLog]: 27, [constants.ZSTD_c_enableLongDistanceMatching]: 1 },
  });

function encoded(context: Context): Shot {
  const { dice, world } = context;
  const { signer } = world.a.owned;
  const body = honestBody(context);
  const bomb = (coding: 'gzip' | 'zstd'): Buffer => bombOf(coding, dice.pick([5, 40]));
  const [encoding, bytes] = dice.pick<() => readonly [string, Buffer]>([
    () => ['gzip', bomb('gzip')],
    () => ['zstd', bomb('zstd')],
    () => ['zstd', farWindow()],
    () => ['gzip', gzipSync(gzipSync(body))],
    () => ['gzip', Buffer.concat([gzipSync(body), bomb('gzip')])],
    () => ['gzip', Buffer.concat([gzipSync(body), Buffer.from('trailing')])],
    () => ['zstd', Buffer.concat([zstdCompressSync(body), bomb('zstd')])],
    () => ['gzip', gzipSync(body).subarray(0, 20)],
    () => ['zstd', zstdCompressSync(body).subarray(0, 12)],
    () => ['gzip', zstdCompressSync(body)],
    () => ['zstd', gzipSync(body)],
    () => [dice.pick(['br', 'deflate', 'GZIP', 'gzip, zstd', 'identity', '__proto__']), gzipSync(body)],
    () => ['zstd', Buffer.from(zstdCompressSync(body).map((byte, place) => (place === 8 ? byte ^ 0xff : byte)))],
    () => ['gzip', randomBytes(50)],
    () => ['gzip', Buffer.alloc(0)],
  ])();
  return checkIn(context, signer, bytes, { encoding });
}

function unreadable(context: Context): Shot {
  const { dice, world } = context;
  const header = headerOf(world.a.owned, at(context));
  const body = dice.pick<() => Buffer>([
    () => dice.pick(BODIES)(),
    () => Buffer.from(`${rawly(header, dice)}\n`),
    () => Buffer.from(`${rawly({ ...header, facts: { patches: { at: at(context), facts: 1 } } }, dice)}\n`),
    () =>
      Buffer.from(
        `${JSON.stringify({ ...header, facts: { patches: { at: at(context), facts: '@' } } }).replace('"@"', () => dice.pick(RAW)())}\n`,
      ),
    () => Buffer.from(`${JSON.stringify(header)}\n${rawly(findingOf(saltOf(context), at(context)), dice)}\n`),
    () => Buffer.from(`${JSON.stringify(header)}\n${'\n'.repeat(600)}`),
    () =>
      linesOf(
        header,
        Array.from({ length: 501 }, () => 1),
      ),
    () => tooLarge,
  ])();
  return checkIn(context, world.a.owned.signer, body);
}

let earlier: Shot | undefined;

/** What was sent before, byte for byte, as a proxy may keep it. */
function replayed(context: Context): Shot {
  const before = earlier;
  earlier = checkIn(context, context.world.a.owned.signer, honestBody(context));
  return before ?? earlier;
}

function enrolment(context: Context): Shot {
  const { dice, world } = context;
  const { a, b } = world;
  const token = dice.pick([
    a.enrolmentTokens.used,
    a.enrolmentTokens.fresh,
    a.enrolmentTokens.fleet,
    b.enrolmentTokens.used,
  ]);
  const [prefix, id, secret, key] = token.split('.');
  const stolen = [prefix, id, dice.text('abcdefghijklmnop', secret?.length ?? 43), key].join('.');
  const change = (request: Record<string, unknown>): unknown =>
    dice.pick<() => unknown>([
      () => request,
      () => mutated(request, dice),
      () => ({ ...request, serialNumber: dice.pick(TEXTS) }),
      () => ({ ...request, token: dice.pick([b.enrolmentTokens.fresh, a.enrolmentTokens.fleet]).split('.')[1] }),
      () => ({ ...request, key: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) } }),
      () => ({ ...request, key: { kty: 'OKP', crv: 'Ed25519', x: dice.pick(['A', 'B', '_']).repeat(42) + 'A' } }),
      () => ({ ...request, protocol: [2 ** 40, 99] }),
    ])();
  return enrolmentShot({ token: dice.pick([token, stolen]), key: newKey(), counter: counterOf(context), change });
}

const checksIn = ({ url }: { readonly url: string }): boolean => url === PATHS.checkIns;

export const DEVICE_ATTACKS: readonly Attack[] = [
  {
    kind: 'signed, with hostile findings',
    on: checksIn,
    times: 60,
    make: (context) =>
      checkIn(
        context,
        context.world.a.owned.signer,
        linesOf(headerBy(context, context.world.a.owned), bodiesOf(context)),
      ),
  },
  { kind: 'signed, unreadable', on: checksIn, times: 20, make: unreadable },
  { kind: 'signed, encoded', on: checksIn, times: 20, make: encoded },
  { kind: 'wrongly signed', on: checksIn, times: 20, make: wronglySigned },
  { kind: 'replayed', on: checksIn, times: 20, make: replayed },
  {
    kind: "in another device's chain",
    on: checksIn,
    make: (context) =>
      checkIn(
        context,
        context.world.a.owned.signer,
        honestBody(context, context.dice.pick([context.world.b.good, context.world.a.good])),
      ),
  },
  { kind: 'enrolment', on: ({ url }) => url === PATHS.enrolments, times: 15, make: enrolment },
];
