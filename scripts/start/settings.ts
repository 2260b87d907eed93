import { resolve } from 'node:path';

export interface StartSettings {
  readonly port: number;
  /** Everything of this run: databases, keys, mail, logs, and the administrator's token. */
  readonly data: string;
  /** The policy file. */
  readonly policy: string;
}

/** Reads BEADLE_PORT, BEADLE_DATA (else `folder` in the checkout) and BEADLE_POLICY; throws in words that say what to write instead. */
export function readStartSettings(environment: NodeJS.ProcessEnv, root: string, folder = 'data'): StartSettings {
  const port = Number(environment['BEADLE_PORT'] ?? '8420');
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`BEADLE_PORT must be a port number such as 8420, not "${environment['BEADLE_PORT'] ?? ''}".`);
  }
  return {
    port,
    data: resolve(environment['BEADLE_DATA'] ?? resolve(root, folder)),
    policy: resolve(environment['BEADLE_POLICY'] ?? resolve(root, 'policies/dacorum.yaml')),
  };
}

/** The server's settings for this run, as the variables that it reads. */
export function serverEnvironment(
  { port, data }: StartSettings,
  organisation: string | undefined,
): Record<string, string> {
  return {
    ...(organisation === undefined ? {} : { BEADLE_SERVER_ORGANISATION: organisation }),
    BEADLE_SERVER_DATABASE: resolve(data, 'server'),
    BEADLE_SERVER_KEYS_FOLDER: resolve(data, 'server-keys'),
    BEADLE_SERVER_MAIL_FOLDER: resolve(data, 'mail'),
    BEADLE_SERVER_LOG_FILE: resolve(data, 'server.log'),
    BEADLE_SERVER_HOST: '127.0.0.1',
    BEADLE_SERVER_PORT: String(port),
  };
}
