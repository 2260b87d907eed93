import { type DestinationStream, type LoggerOptions, pino, type Logger, stdSerializers } from 'pino';

export type Log = Logger;

const SECRET = ['authorization', 'cookie', 'password', 'token', 'secret', 'proof', 'signature', '_csrf'];
const paths = ['', '*.', '*.*.', '*.*.*.'].flatMap((prefix) => [
  ...SECRET.map((name) => `${prefix}${name}`),
  `${prefix}["set-cookie"]`.replace('.[', '['),
]);

/** The query may hold names and the path a sign-in code: neither is a matter for a log. */
const pathOf = (url: string): string => url.replace(/\?.*$/, '').replace(/(\/sign-in\/).+$/, '$1[redacted]');

export const LOG_OPTIONS = {
  base: null,
  redact: { paths, censor: '[redacted]' },
  serializers: {
    err: stdSerializers.err,
    req: (request: { method: string; url: string; ip?: string }) => ({
      method: request.method,
      path: pathOf(request.url),
      // From where a device calls may be somebody's home (invariant 10).
      ...(request.url.startsWith('/agent/') ? {} : { ip: request.ip }),
    }),
    res: (reply: { statusCode: number }) => ({ status: reply.statusCode }),
  },
} as const satisfies LoggerOptions;

export const createLog = (level: string, destination: DestinationStream): Log =>
  pino({ ...LOG_OPTIONS, level }, destination);
