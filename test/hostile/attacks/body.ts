import { gzipSync } from 'node:zlib';
import { bombOf } from '../bombs.ts';
import { BODIES, TEXTS, YAML } from '../corpus.ts';
import type { Dice } from '../dice.ts';
import { type Context, draftOf, isCsv, isForm, isUpload, toShot, write } from '../draft.ts';
import { spoiltCsv, spoiltForm } from '../files.ts';
import { mutated, rawly } from '../mutate.ts';
import type { Shot } from '../shot.ts';
import { type Attack, everywhere, takesBody } from './attack.ts';

const MEGABYTE = 1024 * 1024;

/** Every text of a value replaced by one that means something to some interpreter. */
function injected(value: unknown, dice: Dice): unknown {
  if (typeof value === 'string') return dice.chance(0.6) ? dice.pick(TEXTS) : value;
  if (Array.isArray(value)) return value.map((item) => injected(item, dice));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, key === '_csrf' ? part : injected(part, dice)]),
  );
}

const TYPES = [
  'text/plain',
  'application/xml',
  'application/json; charset=utf-16',
  'application/json;charset=utf-8;charset=utf-7',
  'application/jsonx',
  'APPLICATION/JSON',
  'application/json, text/plain',
  'application/merge-patch+json',
  'application/yaml',
  'application/x-ndjson',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  '',
  ';',
  'a/b/c',
  'x'.repeat(5000),
  '__proto__',
];

const MULTIPART = '--x\r\nContent-Disposition: form-data; name="a"; filename="../../etc/passwd"\r\n\r\nb\r\n--x--\r\n';
const FORMS = [
  'a=1&a=2',
  '__proto__[polluted]=1',
  '__proto__.polluted=1',
  'constructor[prototype][polluted]=1',
  'reason[]=1',
  'reason=%',
  'reason=%ff%fe',
  'reason=%00',
  '&'.repeat(100_000),
  'a=1&'.repeat(50_000),
  '=',
];

function bombs({ dice }: Context): { readonly encoding: string; readonly body: Buffer } {
  return dice.pick([
    () => ({ encoding: 'gzip', body: bombOf('gzip', 20) }),
    () => ({ encoding: 'zstd', body: bombOf('zstd', 20) }),
    () => ({
      encoding: dice.pick(['br', 'deflate', 'compress', 'identity', 'gzip, gzip', '*', 'x']),
      body: gzipSync('{}'),
    }),
  ])();
}

function yamlShot(context: Context): Shot {
  const draft = draftOf(context);
  const text = write(draft.type, draft.body);
  const at = context.dice.below(text.length);
  return toShot(draft, context.dice.pick([context.dice.pick(YAML), `${text.slice(0, at)}${context.dice.pick(YAML)}`]));
}

function csvShot(context: Context): Shot {
  const { type: _, ...draft } = draftOf(context);
  return toShot({ ...draft, type: 'text/csv' }, spoiltCsv(context.endpoint.url, context.dice));
}

/** A form whose file, or whose very form, is spoilt. */
function uploadShot(context: Context): Shot {
  const draft = draftOf(context);
  const { endpoint, dice } = context;
  const file = endpoint.url.startsWith('/import/') ? spoiltCsv(endpoint.url, dice) : Buffer.from(dice.pick(YAML));
  return toShot(draft, spoiltForm({ ...(draft.body as Record<string, string>) }, file, dice));
}

const isRaw = (context: Context): boolean => isForm(context.endpoint);

export const BODY_ATTACKS: readonly Attack[] = [
  { kind: 'as it should be', on: everywhere, make: (context) => toShot(draftOf(context)) },
  {
    kind: 'body changed',
    on: takesBody,
    times: 3,
    make: (context) => {
      const draft = draftOf(context);
      return toShot({ ...draft, body: mutated(draft.body ?? {}, context.dice) });
    },
  },
  {
    kind: 'injection in texts',
    on: takesBody,
    times: 3,
    make: (context) => {
      const draft = draftOf(context);
      return toShot({ ...draft, body: injected(draft.body ?? {}, context.dice) });
    },
  },
  {
    kind: 'body that is no JSON value',
    on: takesBody,
    make: (context) => {
      const draft = draftOf(context);
      const text = isRaw(context) ? context.dice.pick(FORMS) : rawly(draft.body ?? {}, context.dice);
      return toShot(draft, text);
    },
  },
  {
    kind: 'body of other bytes',
    on: takesBody,
    make: (context) => {
      const { body: _, ...draft } = draftOf(context);
      return toShot({ type: 'application/json', ...draft }, context.dice.pick(BODIES)());
    },
  },
  {
    kind: 'body cut short',
    on: takesBody,
    make: (context) => {
      const shot = toShot(draftOf(context));
      const bytes = Buffer.from(shot.payload ?? '{}');
      return { ...shot, payload: bytes.subarray(0, context.dice.below(bytes.length)) };
    },
  },
  {
    kind: 'body where none belongs',
    on: (endpoint) => !takesBody(endpoint),
    make: (context) => toShot({ ...draftOf(context), type: 'application/json' }, context.dice.pick(BODIES)()),
  },
  {
    kind: 'wrong content type',
    on: takesBody,
    make: (context) => {
      const shot = toShot({ ...draftOf(context), type: context.dice.pick(TYPES) });
      return context.dice.chance(0.3) ? { ...shot, payload: MULTIPART } : shot;
    },
  },
  {
    kind: 'body too large',
    on: takesBody,
    make: (context) => toShot(draftOf(context), 'x'.repeat((context.endpoint.bodyLimit ?? MEGABYTE) + 1)),
  },
  {
    kind: 'bomb or wrong encoding',
    on: takesBody,
    make: (context) => {
      const { encoding, body } = bombs(context);
      const draft = draftOf(context);
      return toShot({ ...draft, headers: { ...draft.headers, 'content-encoding': encoding } }, body);
    },
  },
  {
    kind: 'hostile YAML',
    on: ({ schema }) => schema.consumes?.includes('application/yaml') === true,
    times: 20,
    make: yamlShot,
  },
  { kind: 'hostile CSV', on: (endpoint) => isCsv(endpoint), times: 10, make: csvShot },
  { kind: 'hostile file', on: isUpload, times: 6, make: uploadShot },
];
