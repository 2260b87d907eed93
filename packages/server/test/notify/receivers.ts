import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTls } from 'node:tls';
import { SMTPServer } from 'smtp-server';
import type { Role } from '@beadle/shared';
import { type NewNotice, queueNotice } from '../../src/notify/queue.ts';
import { ORGANISATION } from '../../src/organisation/store.ts';
import { startTestServer, type TestServer } from '../app/harness.ts';

export const ISTL: Role = 'information-security-team-leader';
export const HOUR = 3_600_000;

/** What a test has opened, closed in the reverse order. */
export interface Opened {
  readonly open: { close(): Promise<unknown> }[];
  readonly folder: string;
  write(name: string, text: string): string;
  closeAll(): Promise<void>;
}

export function opened(): Opened {
  const folder = mkdtempSync(join(tmpdir(), 'beadle-notify-'));
  const open: { close(): Promise<unknown> }[] = [];
  return {
    open,
    folder,
    write: (name, text) => {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    },
    closeAll: async () => {
      for (const part of open.splice(0).toReversed()) await part.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A server with the settings of a file in the folder, for what no variable can hold. */
export async function serverWith(parts: Opened, settings: string, environment: Record<string, string> = {}) {
  const server = await startTestServer(environment, parts.write('beadle-server.yaml', settings));
  parts.open.push(server);
  return server;
}

export const queue = (server: TestServer, notice: Partial<NewNotice> = {}) =>
  server.db.transaction().execute((tx) =>
    queueNotice(
      tx,
      {
        organisation: ORGANISATION,
        role: ISTL,
        title: 'BR-2026-000001: apparent breach of section 5.9 on DBC-04127',
        body: 'Device DBC-04127 appears to breach the policy.',
        breaches: [],
        at: server.clock.now(),
        event: {
          type: 'breach.opened',
          reference: 'BR-2026-000001',
          severity: 'high',
          path: '/breaches/BR-2026-000001',
        },
        ...notice,
      },
      server.random,
    ),
  );

export const notices = ({ db }: TestServer) => db.selectFrom('notices').selectAll().orderBy('id').execute();

export interface HttpReceived {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
export type Answer = (received: HttpReceived, response: ServerResponse) => void;

/** A real HTTP server on loopback; the answer can be changed while it runs. */
export async function httpReceiver(parts: Opened, answer: Answer = (_received, response) => response.end()) {
  const receiver = { received: [] as HttpReceived[], answer, url: '' };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const received = { method, url, headers, body: Buffer.concat(chunks).toString() };
      receiver.received.push(received);
      receiver.answer(received, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  parts.open.push({
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  });
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return receiver;
}

export interface Mail {
  readonly to: string[];
  readonly text: string;
}

/** A real mail server on loopback, which refuses while it is down. */
export async function mailReceiver(parts: Opened) {
  const receiver = { received: [] as Mail[], down: false, environment: {} as Record<string, string> };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (receiver.down) return done(new Error('try later'));
        const to = session.envelope.rcptTo.map(({ address }) => address);
        receiver.received.push({ to, text: Buffer.concat(chunks).toString().replaceAll('=\r\n', '') });
        return done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  parts.open.push({ close: () => new Promise((resolve) => server.close(() => resolve(undefined))) });
  receiver.environment = {
    BEADLE_SERVER_SMTP_HOST: '127.0.0.1',
    BEADLE_SERVER_SMTP_PORT: String((server.server.address() as AddressInfo).port),
    BEADLE_SERVER_SMTP_FROM: 'beadle@council.test',
  };
  return receiver;
}

/** The messages of a stream that counts octets (RFC 6587), told apart by nothing but the counts. */
export function unframed(stream: Buffer): string[] {
  const messages: string[] = [];
  for (let at = 0; at < stream.length; ) {
    const space = stream.indexOf(' ', at);
    const length = Number(stream.subarray(at, space).toString());
    if (space < 0 || !Number.isInteger(length)) throw new Error('the stream does not count its octets');
    messages.push(stream.subarray(space + 1, space + 1 + length).toString());
    at = space + 1 + length;
  }
  return messages;
}

/** A real syslog receiver on loopback, over TLS where it has a certificate; it resets each connection while it is down. */
export async function syslogReceiver(parts: Opened, tls?: { readonly cert: Buffer; readonly key: Buffer }) {
  const receiver = { received: [] as string[], down: false, port: 0 };
  const onConnection = (socket: Socket): void => {
    socket.on('error', () => undefined);
    if (receiver.down) {
      socket.destroy();
      return;
    }
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => {
      receiver.received.push(...unframed(Buffer.concat(chunks)));
      socket.end();
    });
  };
  const server: Server = tls === undefined ? createTcp(onConnection) : createTls(tls, onConnection);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  parts.open.push({ close: () => new Promise((resolve) => server.close(resolve)) });
  receiver.port = (server.address() as AddressInfo).port;
  return receiver;
}

/** Inserts a breach and gives its id. */
export async function breach({ db, clock }: TestServer, ref: string, more: object = {}): Promise<string> {
  const at = clock.now();
  await db
    .insertInto('breaches')
    .values({
      organisation: ORGANISATION,
      id: `id-of-${ref}`,
      ref,
      device: null,
      rule: 'encryption',
      subject: 's',
      kind: 'person',
      clause: '5.9',
      says: 'Laptops must be encrypted.',
      remedy: null,
      check_name: 'encryption',
      duty: 'holder',
      severity: 'high',
      status: 'suspected',
      count: 1,
      first_seen: at,
      last_seen: at,
      opened_at: at,
      policy_version: '2026.1',
      observed: '{}',
      ended_at: null,
      notified_at: null,
      acknowledged_at: null,
      acknowledged_by: null,
      report: null,
      escalations: 0,
      ...more,
    })
    .execute();
  return `id-of-${ref}`;
}
