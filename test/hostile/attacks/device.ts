import { randomBytes } from 'node:crypto';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { CheckInHeader, FindingBody, GapBody, PATHS, signerOf, type Signer } from '@beadle/shared';
import { BODIES, RAW, TEXTS, VALUES } from '../corpus.ts';
import { type Device, enrolmentShot, findingOf, headerOf, linesOf, newKey, signedShot } from '../device.ts';
import type { Context } from '../draft.ts';
import { mutated, rawly } from '../mutate.ts';
import type { Shot } from '../shot.ts';
import { valueOf } from '../values.ts';
import type { Attack } from './attack.ts';

const unknown: Signer = signerOf(newKey());
const MEGABYTE = 1024 * 1024;

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
  const time = dice.pick([
    at(context),
    '2026-02-30T00:00:00Z',
    '2026-13-45T99:99:99Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
  ]);
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

function bodiesOf(context: Context): unknown[] {
  const { dice, world } = context;
  const make = (): unknown =>
    dice.pick<() => unknown>([
      () => hostileFinding(context),
      () => ({ ...(valueOf(FindingBody, dice, {}) as object), at: at(context) }),
      () => mutated(findingOf(saltOf(context), at(context)), dice),
      () => mutated(valueOf(GapBody, dice, {}), dice),
    ])();
  const gap = {
    from: world.a.owned.head.sequence + 1,
    to: dice.pick([world.a.owned.head.sequence + 1, 2 ** 53 - 1, 2 ** 40]),
  };
  const gapBody = {
    salt: saltOf(context),
    at: at(context),
    gap: { ...gap, lastLink: world.a.owned.head.link, cause: 'outbox-lost', lost: 1e300 },
  };
  const rest = Array.from({ length: 1 + dice.below(3) }, make);
  return dice.chance(0.02) ? [gapBody, ...rest, findingOf(saltOf(context), at(context))] : rest;
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
  const zeros = (): Buffer => Buffer.alloc(dice.pick([5, 40]) * MEGABYTE, '\n');
  const [encoding, bytes] = dice.pick<() => readonly [string, Buffer]>([
    () => ['gzip', gzipSync(zeros(), { level: 1 })],
    () => ['zstd', zstdCompressSync(zeros())],
    () => ['zstd', farWindow()],
    () => ['gzip', gzipSync(gzipSync(body))],
    () => ['gzip', Buffer.concat([gzipSync(body), gzipSync(zeros(), { level: 1 })])],
    () => ['gzip', Buffer.concat([gzipSync(body), Buffer.from('trailing')])],
    () => ['zstd', Buffer.concat([zstdCompressSync(body), zstdCompressSync(zeros())])],
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
    () => Buffer.alloc(4 * MEGABYTE + 1, 'x'),
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
