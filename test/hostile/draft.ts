import { stringify } from 'yaml';
import type { Dice } from './dice.ts';
import { AUTHORITY } from './device.ts';
import type { Endpoint } from './endpoints.ts';
import { BOUNDARY, csvOf, multipartText } from './files.ts';
import { textOf } from './mutate.ts';
import type { Organisation } from './organisation.ts';
import type { Caller, Shot } from './shot.ts';
import { placesFor } from './things.ts';
import { type Known, valueOf } from './values.ts';
import type { World } from './world.ts';

/** What an attack is made of: an endpoint, who calls, and the dice of this request. */
export interface Context {
  readonly endpoint: Endpoint;
  readonly world: World;
  readonly caller: Caller;
  readonly dice: Dice;
  /** Of this request within the run. */
  readonly index: number;
}

/** A request that is about to be spoilt. */
export interface Draft {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** A value, where the endpoint takes a body. */
  readonly body?: unknown;
  readonly type?: string;
}

/** `/api/v1/devices/:assetTag` and its like, with what is given for each part. */
export const fill = (url: string, part: (name: string) => string): string =>
  url.replaceAll(/:(\w+)/g, (_whole, name: string) => part(name)).replace('*', () => part('*'));

const policy = (dice: Dice) => ({
  beadlePolicy: 1,
  title: 'T',
  organisation: 'O',
  version: `v${dice.below(50)}`,
  effectiveFrom: '2026-01-01',
  reviewBy: '2027-01-01',
  reportTo: 'information-security-team-leader',
  rules: [
    {
      id: 'laptop-encryption',
      clause: '5.9',
      says: 'S',
      check: 'disk-encryption',
      require: { volumes: 'fixed', protection: 'on' },
      severity: 'high',
      mode: 'report',
    },
  ],
});

/** A policy in a form, and registers. */
export const isUpload = ({ method, schema: { hide, body } }: Endpoint): boolean => {
  const form: { readonly properties?: object } = body ?? {};
  return method === 'POST' && hide === true && 'file' in (form.properties ?? {});
};
export const isCsv = ({ schema }: Endpoint): boolean => schema.consumes?.includes('text/csv') === true;

const uploadOf = (url: string, dice: Dice) =>
  url.startsWith('/import/')
    ? { file: csvOf(url, dice), ...(dice.chance(0.5) ? { whole: 'yes' } : {}) }
    : { file: stringify(policy(dice)) };

const isYaml = ({ schema }: Endpoint): boolean => schema.consumes?.includes('application/yaml') === true;
export const isForm = ({ url, method }: Pick<Endpoint, 'url' | 'method'>): boolean =>
  method === 'POST' && !/^\/(api|agent)\//.test(url);

function bodyOf({ endpoint, dice }: Context, known: Known): Pick<Draft, 'body' | 'type'> {
  if (isCsv(endpoint)) return { body: csvOf(endpoint.url, dice), type: 'text/csv' };
  if (isUpload(endpoint))
    return { body: uploadOf(endpoint.url, dice), type: `multipart/form-data; boundary=${BOUNDARY}` };
  if (isYaml(endpoint)) return { body: policy(dice), type: 'application/yaml' };
  if (endpoint.schema.body === undefined && !['POST', 'PUT', 'PATCH'].includes(endpoint.method)) return {};
  const body = valueOf(endpoint.schema.body ?? { type: 'object' }, dice, known);
  return { body, type: isForm(endpoint) ? 'application/x-www-form-urlencoded' : 'application/json' };
}

/** A request as the endpoint wants it, of this caller's own council unless another is given. */
export function draftOf(context: Context, council?: Organisation): Draft {
  const { endpoint, world, caller, dice } = context;
  const { ids, places } = council ?? (caller.organisation === 'b' ? world.b : world.a);
  const query = valueOf(endpoint.schema.querystring ?? { type: 'object' }, dice, ids) as Record<string, unknown>;
  const { body, type } = bodyOf(context, ids);
  const csrf = caller.csrf === undefined ? {} : { _csrf: caller.csrf };
  return {
    method: endpoint.method,
    path: fill(endpoint.url, (name) => dice.pick(placesFor(places, endpoint.url, name))),
    query: Object.entries(query).map(([key, value]) => [key, String(value)]),
    headers: {
      host: AUTHORITY,
      ...caller.headers,
      ...(caller.csrf === undefined ? {} : { 'x-csrf-token': caller.csrf }),
    },
    ...(body === undefined ? {} : { body: isForm(endpoint) ? { ...(body as object), ...csrf } : body }),
    ...(type === undefined ? {} : { type }),
  };
}

const encoded = (parts: readonly (readonly [string, string])[]): string =>
  // A lone surrogate has no UTF-8: it is sent as what replaces it.
  parts.map((pair) => pair.map((part) => encodeURIComponent(part.toWellFormed())).join('=')).join('&');

const formText = (body: unknown): string =>
  encoded(
    Object.entries(body as object).map(([key, value]) => [key, typeof value === 'string' ? value : textOf(value)]),
  );

export function write(type: string | undefined, body: unknown): string {
  if (type === 'text/csv' && typeof body === 'string') return body;
  if (type?.endsWith(BOUNDARY) === true && typeof body === 'object' && body !== null) return multipartText(body);
  if (type === 'application/x-www-form-urlencoded' && typeof body === 'object' && body !== null) return formText(body);
  return type === 'application/yaml' ? stringify(body) : textOf(body);
}

export function toShot({ method, path, query, headers, body, type }: Draft, payload?: Buffer | string): Shot {
  const sent = payload ?? (body === undefined ? undefined : write(type, body));
  return {
    method,
    url: query.length === 0 ? path : `${path}?${encoded(query)}`,
    headers: { ...headers, ...(type === undefined || sent === undefined ? {} : { 'content-type': type }) },
    payload: sent,
  };
}
