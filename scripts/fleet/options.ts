import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { UsageError } from '../../packages/agent/src/errors.ts';
import { refuseUnsafeServer } from '../../packages/agent/src/uplink/enrol.ts';

export interface FleetOptions {
  /** An origin. */
  readonly server: string;
  readonly token: string;
  readonly devices: number;
  readonly seconds: number;
  /** Days for which each device has been away. */
  readonly backlog: number;
  /** Findings of one such day. */
  readonly perDay: number;
  /** All devices are back within this, in seconds. */
  readonly returnWithin: number;
  /** Each device listens for orders. */
  readonly streams: boolean;
  /** The server's process, to be looked at; undefined: it is elsewhere. */
  readonly pid: number | undefined;
  /** At the most, shared by the devices; undefined: each has its own, as laptops have. */
  readonly connections: number | undefined;
  readonly workers: number;
  /** Where keys and enrolments are kept for another time. */
  readonly keep: string | undefined;
}

export const HELP = `Usage: npm run fleet -- --server URL --token T --devices N --seconds S [options]

Plays N devices against a server through the agent protocol: the agent's own outbox, uplink and signatures, each with a
key of its own. The devices are registered and enrolled first; then, within S seconds, each checks in with what it
has found. Ends with one JSON line: {"devices","checkIns","findings","errors","p50Ms","p99Ms"}.

  --server URL         the origin of the server, such as http://127.0.0.1:8420
  --token T            an administrator's API token; - reads it from standard input
  --devices N          how many, 1 to 100000
  --seconds S          for how long, 1 to 86400
  --backlog DAYS       each device has been away for so many days (0: it has one finding)
  --per-day F          findings of a day away (5: two print jobs, two changes of an update, and in turn
                       a stick or a change of the encryption; one in ten is a failing event)
  --streams            each device also holds a stream open for its orders
  --return-within S    the devices come back at random within so many seconds (8/10 of --seconds)
  --connections C      share at most C connections (each device has its own)
  --workers W          threads that sign and send (${availableParallelism()})
  --pid PID            say every 30 s, and in the end, what the server's process takes of this machine
  --keep DIR           keep keys and enrolments in DIR, and use those that are there
  --allow-plain-http   accept an http:// server that is not on this machine, for test benches
  --help

After its first check-in a device has something new in one of twenty, as a laptop in use has. A server on 127.0.0.1 is called from
as many addresses of this machine (127.0.0.2 and on) as the devices need ports.
heldUpMs is the longest that the devices themselves were held up by each other: no time is told more exactly.
p50Ms and p99Ms are from the first attempt at a check-in to its acknowledgement, with all waits after a 503. errors counts the
devices that were refused for good, or were not done 300 s after the end. With --streams there is "streams": how many were
opened, and cut, and the longest that a device was without one; they last until the last device is done. Exit 1 if there are any, 2 for wrong use.
A certificate of a private authority is trusted where the system trusts it, or by NODE_EXTRA_CA_CERTS.
`;

const NAMES = [
  'server',
  'token',
  'devices',
  'seconds',
  'backlog',
  'per-day',
  'return-within',
  'connections',
  'workers',
  'pid',
  'keep',
] as const;
type Values = Partial<Record<(typeof NAMES)[number], string>>;

function wholeNumber(values: Values, name: keyof Values, [from, to]: readonly [number, number]): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= from && number <= to) return number;
  throw new UsageError(`--${name} takes a whole number from ${from} to ${to}, not "${text}".`);
}

function needed<T>(value: T | undefined, words: string): T {
  if (value === undefined) throw new UsageError(`${words} is missing. --help tells all.`);
  return value;
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...(Object.fromEntries(NAMES.map((name) => [name, text])) as Record<(typeof NAMES)[number], typeof text>),
        'allow-plain-http': { type: 'boolean' },
        streams: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    return values;
  } catch (cause) {
    throw new UsageError(`${cause instanceof Error ? cause.message : String(cause)} --help tells all.`, { cause });
  }
}

/** What was asked for; `help` where only that was. Throws `UsageError` with words. */
export function readOptions(args: readonly string[]): FleetOptions | 'help' {
  const values = parse(args);
  if (values.help === true) return 'help';
  const number = (name: keyof Values, from: number, to: number) => wholeNumber(values, name, [from, to]);
  if (values.streams === true && values.connections !== undefined)
    throw new UsageError('--streams takes a connection for each device: leave --connections out.');
  const server = needed(values.server, '--server URL');
  const seconds = needed(number('seconds', 1, 86_400), '--seconds S');
  return {
    server: refuseUnsafeServer(server, values['allow-plain-http'] ?? false).origin,
    token: needed(values.token, '--token T, of an administrator,'),
    devices: needed(number('devices', 1, 100_000), '--devices N'),
    seconds,
    backlog: number('backlog', 0, 3650) ?? 0,
    perDay: number('per-day', 1, 10_000) ?? 5,
    returnWithin: Math.min(number('return-within', 0, 86_400) ?? seconds * 0.8, seconds),
    streams: values.streams ?? false,
    pid: number('pid', 1, 2 ** 22),
    connections: number('connections', 1, 100_000),
    workers: number('workers', 1, 64) ?? availableParallelism(),
    keep: values.keep,
  };
}
