import type { Files } from '../source.ts';
import { decodeJobs, encodeGetJobs, type IppAttributes } from './ipp.ts';

const LOCAL_SOCKET = '/run/cups/cups.sock';
const IPP_PORT = '631';
const FIRST_ERROR_STATUS = 0x0400;
const ANSWER_LIMIT_BYTES = 4_194_304;

export interface FinishedJob {
  readonly Id: number;
  /** RFC 8011's job-state: 7 canceled, 8 aborted, 9 completed. */
  readonly State: number;
  readonly Queue: string;
  readonly CompletedAt: string;
  /** Null where the printer reports none. */
  readonly Sheets: number | null;
}

/** `HOST[:PORT][/version=1.1]` or a socket's path, as CUPS reads the variable. */
function addressOf(server: string | undefined): { origin: string; socketPath?: string } {
  if (server === undefined || server === '') return { origin: 'http://localhost', socketPath: LOCAL_SOCKET };
  if (server.startsWith('/')) return { origin: 'http://localhost', socketPath: server };
  const [host = ''] = server.split('/');
  return { origin: `http://${/:\d+$/.test(host) ? host : `${host}:${IPP_PORT}`}` };
}

/** undici, as it is loaded for the uplink anyway and speaks HTTP over a socket. */
async function post(server: string | undefined, body: Buffer, signal: AbortSignal): Promise<Buffer> {
  const { Client } = await import('undici');
  const { origin, socketPath } = addressOf(server);
  const options = { maxResponseSize: ANSWER_LIMIT_BYTES, ...(socketPath === undefined ? {} : { socketPath }) };
  const client = new Client(origin, options);
  try {
    const headers = { 'content-type': 'application/ipp', host: 'localhost' };
    const answer = await client.request({ path: '/', method: 'POST', headers, body, signal });
    const bytes = Buffer.from(await answer.body.arrayBuffer());
    if (answer.statusCode !== 200) throw new Error(`the print service answered HTTP ${answer.statusCode}`);
    return bytes;
  } finally {
    await client.destroy();
  }
}

function sheetsOf(job: IppAttributes): number | null {
  const told = [job.get('job-media-sheets-completed'), job.get('job-impressions-completed')];
  // Zero sheets of a completed job is a backend that does not count.
  return told.find((count): count is number => typeof count === 'number' && count > 0) ?? null;
}

function completedAt(job: IppAttributes): string | undefined {
  const date = job.get('date-time-at-completed');
  if (typeof date === 'string') return date;
  const seconds = job.get('time-at-completed');
  return typeof seconds === 'number' && seconds > 0 ? new Date(seconds * 1000).toISOString() : undefined;
}

function toJob(job: IppAttributes): FinishedJob {
  const [id, state, uri, at] = [job.get('job-id'), job.get('job-state'), job.get('job-printer-uri'), completedAt(job)];
  if (typeof id !== 'number' || typeof state !== 'number' || typeof uri !== 'string' || at === undefined) {
    throw new Error('the print service left out what was asked for');
  }
  const Queue = decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
  return { Id: id, State: state, Queue, CompletedAt: at, Sheets: sheetsOf(job) };
}

/** Null where the settings cannot be read; the default is to keep the history. */
async function isHistoryKept(files: Files): Promise<boolean | null> {
  const settings = await files.readText('/etc/cups/cupsd.conf').catch(() => undefined);
  if (settings === undefined) return null;
  return !/^\s*PreserveJobHistory\s+(no|off|false|0|\d{1,4})\s*$/im.test(settings);
}

export async function finishedJobs(files: Files, signal: AbortSignal, server: string | undefined) {
  const { status, jobs } = decodeJobs(await post(server, encodeGetJobs(), signal));
  if (status >= FIRST_ERROR_STATUS) throw new Error(`the print service answered status ${status}`);
  return { HistoryKept: await isHistoryKept(files), Jobs: jobs.map(toJob) };
}
