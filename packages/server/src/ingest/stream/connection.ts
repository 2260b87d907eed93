import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Signer } from '@beadle/shared';

/** A device that is connected to hear of its orders. */
export interface Connection {
  readonly organisation: string;
  readonly device: string;
  readonly generation: number;
  readonly response: ServerResponse;
  /** Of the key that this device holds to. */
  readonly signer: Signer;
  /** The highest version that was written to it. */
  sent: number;
  /** When something was written last, in monotonic milliseconds. */
  writtenAt: number;
}

/** Unread by its client for longer than a beat, or more than this: it is cut off, and opens the stream anew. */
const MOST_UNREAD_BYTES = 1024 * 1024;
const KEEP_ALIVE_MS = 30_000;

/** A stream is silent between its beats and has no end, so that what ends idle connections is not for it. */
export function begin(response: ServerResponse, more: Readonly<Record<string, string>>): void {
  const { socket } = response;
  if (socket instanceof Socket) {
    socket.setTimeout(0);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
  }
  response.writeHead(200, {
    'content-type': 'application/x-ndjson',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    connection: 'close',
    ...more,
  });
  // It has come through: a device whose streams are ended soon, one server after the other, goes on opening them.
  response.write('\n');
}

export const cutOff = ({ response }: Connection): void => void response.destroy();

/** Ends it cleanly; whoever does not read that is cut off. */
export function end(connection: Connection): void {
  const { response } = connection;
  response.end();
  if (response.writableLength > MOST_UNREAD_BYTES || response.writableNeedDrain) cutOff(connection);
}

function write(connection: Connection, line: string, now: number): void {
  const { response } = connection;
  if (response.writableLength > MOST_UNREAD_BYTES) {
    cutOff(connection);
    return;
  }
  response.write(line);
  connection.writtenAt = now;
}

/** Of two that were read beside each other, the older one comes too late and is not written. */
export function send(connection: Connection, version: number, document: string, now: number): void {
  if (version <= connection.sent) return;
  connection.sent = version;
  write(connection, `${JSON.stringify({ document })}\n`, now);
}

/** Says that the stream lives. What was written before must have been taken meanwhile. */
export function beat(connection: Connection, now: number): void {
  if (connection.response.writableLength > 0) cutOff(connection);
  else write(connection, '\n', now);
}
