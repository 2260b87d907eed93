import { type Known, known, mapKnown, type Queue, unknown } from '@beadle/shared';
import type { SourceResult } from '../../host/host.ts';
import { type Fields, textField } from '../answers.ts';
import { flagField, rowsOf } from '../windows/json-rows.ts';
import { type Port, reachedBy } from './windows-ports.ts';

const MOST_QUEUES = 500;

export interface WindowsQueue {
  readonly queue: Queue;
  readonly port: string;
}

/** `\\server\queue` of a connection. No queue of the device itself may have a `\` in its name. */
function connectionOf(row: Fields, name: string): string | undefined {
  if (name.startsWith('\\\\')) return name;
  const [server, share] = [textField(row, 'ServerName'), textField(row, 'ShareName')];
  const isConnection = flagField(row, 'Network') === true && typeof server === 'string' && typeof share === 'string';
  return isConnection ? `\\\\${server.replace(/^\\+/, '')}\\${share}` : undefined;
}

function queueOf(row: Fields): WindowsQueue | undefined {
  const name = textField(row, 'Name');
  if (typeof name !== 'string') return undefined;
  const connection = connectionOf(row, name);
  const port = connection ?? textField(row, 'PortName');
  if (typeof port !== 'string') return undefined;
  const host = textField(row, 'PrinterHostAddress') ?? null;
  const told: Port = { name: port, host: connection === undefined ? host : null, url: textField(row, 'Url') ?? null };
  return { queue: { name: name.slice(0, 300), ...reachedBy(told) }, port: textField(row, 'PortName') ?? port };
}

/** Queues of the device and of whoever is signed in; without a row there is none. */
export const readWindowsQueues = (result: SourceResult | undefined): Known<readonly WindowsQueue[]> =>
  mapKnown(rowsOf(result), (rows) => {
    const queues = rows.map(queueOf).filter((queue) => queue !== undefined);
    if (queues.length < rows.length) return unknown('not-understood', 'a printer without a name or a port');
    return queues.length > MOST_QUEUES ? unknown('output-too-large', 'too many printers') : known(queues);
  });
