import { isIP } from 'node:net';
import type { Restriction } from '@beadle/shared';
import type { RestrictorDeps } from './means.ts';

/** An address or a network, and a port: what stays reachable. */
export interface Reachable {
  /** `192.0.2.1`, `192.0.2.0/24`, `2001:db8::1`, `2001:db8::/32`. */
  readonly address: string;
  readonly port: number;
  /** Only the agent itself may go there: others could go anywhere by it. */
  readonly agentOnly: boolean;
  /** UDP too, as for a VPN that ICT has named. */
  readonly udp: boolean;
}

const KEPT = 'reachable_addresses';
/** Where addresses are known from before, a name service that does not answer makes nobody wait for long. */
const QUICK_MS = 700;
const PATIENT_MS = 4000;

const portOf = (url: URL): number => Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
const nameOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/** As undici's EnvHttpProxyAgent goes by, for the protocol of the server. */
function proxyOf(server: URL, environment: RestrictorDeps['environment']): URL | undefined {
  const names =
    server.protocol === 'https:'
      ? ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY']
      : ['http_proxy', 'HTTP_PROXY'];
  const value = names.map((name) => environment[name]).find((one) => one !== undefined && one !== '');
  return value === undefined || !URL.canParse(value) ? undefined : new URL(value);
}

export function isAddress(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

function allowedBy(restrictions: readonly Restriction[]): Reachable[] {
  const key = ({ address, port }: { address: string; port: number }) => `${address} ${port}`;
  const lists = restrictions.map(({ allow = [] }) => allow.filter(({ address }) => isAddress(address)));
  const [first = [], ...rest] = lists;
  // Where two hold, what both allow.
  const both = first.filter((one) => rest.every((list) => list.some((other) => key(other) === key(one))));
  return both.map(({ address, port }) => ({ address, port, agentOnly: false, udp: true }));
}

const within = <T>(work: Promise<T>, milliseconds: number): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('the name service does not answer')), milliseconds);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
};

type Deps = Pick<RestrictorDeps, 'server' | 'environment' | 'kept' | 'resolve'>;

/** The addresses of `name`: as the name service has them now and, where it does not answer, as it last had them. */
async function addressesOf(name: string, { kept, resolve }: Deps): Promise<readonly string[]> {
  if (isIP(name) !== 0) return [name];
  const all = JSON.parse(kept.text(KEPT) ?? '{}') as Record<string, string[]>;
  const before = all[name] ?? [];
  try {
    const now = (await within(resolve(name), before.length > 0 ? QUICK_MS : PATIENT_MS)).filter(
      (one) => isIP(one) !== 0,
    );
    const sorted = [...new Set(now)].toSorted();
    if (sorted.length > 0 && sorted.join() !== before.join())
      kept.set(KEPT, JSON.stringify({ ...all, [name]: sorted }));
    return sorted.length > 0 ? sorted : before;
  } catch {
    return before;
  }
}

export interface Reach {
  readonly reachable: readonly Reachable[];
  /** The server, or its proxy, is known by a name: the name service is needed to find it again. */
  readonly needsNames: boolean;
}

/** All that an isolated device may still reach. Undefined where nobody knows where the server is: nothing is cut then. */
export async function reachOf(deps: Deps, restrictions: readonly Restriction[]): Promise<Reach | undefined> {
  const server = new URL(deps.server);
  const proxy = proxyOf(server, deps.environment);
  const targets = [
    { url: server, agentOnly: false },
    ...(proxy === undefined ? [] : [{ url: proxy, agentOnly: true }]),
  ];
  const found = await Promise.all(
    targets.map(async ({ url, agentOnly }) =>
      (await addressesOf(nameOf(url), deps)).map((address) => ({ address, port: portOf(url), agentOnly, udp: false })),
    ),
  );
  if (found.flat().length === 0) return undefined;
  return {
    reachable: [...found.flat(), ...allowedBy(restrictions)],
    needsNames: targets.some(({ url }) => isIP(nameOf(url)) === 0 && nameOf(url) !== 'localhost'),
  };
}
