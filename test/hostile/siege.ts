import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { World } from './world.ts';

/** How a client may keep a connection without ever getting to the end of a request. */
interface Kind {
  readonly name: string;
  readonly first: string;
  /** Said at each step; the client has fallen silent where there is none. */
  readonly next?: string;
  /** Cuts the line at the next step, without a goodbye. */
  readonly cuts?: boolean;
  /** Never reads what it is told. */
  readonly isDeaf?: boolean;
}

const HOST = 'Host: 127.0.0.1:8420\r\n';
const post = (path: string, more: string): string => `POST ${path} HTTP/1.1\r\n${HOST}${more}\r\n`;

function kindsFor({ a }: World): readonly Kind[] {
  const as = `Authorization: Bearer ${a.tokens.administrator}\r\nContent-Type: application/json\r\n`;
  const ofDevice = 'Content-Type: application/x-ndjson\r\n';
  const reads = `GET /api/v1/devices HTTP/1.1\r\n${HOST}${as}\r\n`.repeat(20);
  return [
    { name: 'silent', first: '' },
    { name: 'drips headers', first: `GET / HTTP/1.1\r\n${HOST}X-Slow: `, next: 'a' },
    { name: 'drips a body', first: post('/api/v1/breaches', `${as}Content-Length: 900000\r\n`), next: ' ' },
    {
      name: 'drips chunks',
      first: post('/api/v1/breaches', `${as}Transfer-Encoding: chunked\r\n`),
      next: '1\r\n \r\n',
    },
    {
      name: 'drips a check-in',
      first: post('/agent/v1/check-ins', `${ofDevice}Content-Length: 900000\r\n`),
      next: ' ',
    },
    { name: 'drips an enrolment', first: post('/agent/v1/enrolments', `${as}Content-Length: 60000\r\n`), next: ' ' },
    { name: 'reads no answer', first: reads, next: `GET /api/openapi.json HTTP/1.1\r\n${HOST}\r\n`, isDeaf: true },
    {
      name: 'leaves after half a body',
      first: post('/api/v1/breaches', `${as}Content-Length: 50\r\n`) + '{',
      cuts: true,
    },
    { name: 'leaves before its answer', first: reads, cuts: true },
  ];
}

interface Held {
  readonly kind: Kind;
  readonly socket: Socket;
  readonly since: number;
}

export interface Siege {
  /** Lets each connection say its next bit, and opens anew what has ended. */
  step(): void;
  /** Ends them all; what was found wrong. */
  end(): Promise<{ readonly opened: number; readonly endedByServer: number; readonly faults: readonly string[] }>;
}

/** Devices are, rightly, while attacker and server keep their one process from its sockets; with when to come again. */
const isSentAway = (said: string): boolean =>
  said.startsWith('HTTP/1.1 503') && /^retry-after: \d+\r$/im.test(said) && said.includes('"code":"overloaded"');

const OF_EACH_KIND = 5;
/** Far beyond every limit that the server has on how long it waits for a client. */
const TOO_LONG_MS = 480_000;

/** Holds slow and half-open connections to the server for as long as other attacks go on. */
export function besiege(port: number, world: World): Siege {
  const held = new Set<Held>();
  const faults = new Set<string>();
  let [opened, ours, closed] = [0, 0, 0];

  const hear = (kind: Kind, chunk: Buffer): void => {
    const said = chunk.toString('latin1');
    const status = /^HTTP\/1\.1 (5\d\d)/m.exec(said)?.[1];
    if (status === undefined || isSentAway(said)) return;
    faults.add(`a connection that ${kind.name} was answered with ${said.slice(0, 300)}`);
  };

  const open = (kind: Kind): void => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const one: Held = { kind, socket, since: performance.now() };
    held.add(one);
    opened += 1;
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      closed += 1;
      held.delete(one);
    });
    if (kind.isDeaf === true) socket.pause();
    else socket.on('data', (chunk: Buffer) => hear(kind, chunk)).once('end', () => socket.destroy());
    socket.write(kind.first);
  };

  const goOn = ({ kind, socket, since }: Held): void => {
    if (performance.now() - since > TOO_LONG_MS) faults.add(`a connection is never ended: ${kind.name}`);
    if (kind.cuts === true) {
      ours += 1;
      socket.resetAndDestroy();
    } else if (kind.next !== undefined && socket.writable && socket.writableLength < 100_000) socket.write(kind.next);
  };

  const kinds = kindsFor(world);
  return {
    step() {
      for (const one of held) goOn(one);
      for (const kind of kinds) {
        const missing = OF_EACH_KIND - [...held].filter((one) => one.kind === kind).length;
        for (let count = 0; count < missing; count += 1) open(kind);
      }
    },
    async end() {
      const last = [...held].filter(({ socket }) => !socket.closed);
      ours += last.length;
      const ends = last.map(({ socket }) => once(socket, 'close'));
      for (const { socket } of last) socket.resetAndDestroy();
      await Promise.all(ends);
      return { opened, endedByServer: closed - ours, faults: [...faults] };
    },
  };
}
