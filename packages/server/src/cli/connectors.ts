import type { Command } from 'commander';
import type { Settings } from '../settings.ts';
import type { Connector, TestLine } from '../withdrawals/connector.ts';
import { createConnectors } from '../withdrawals/connectors/index.ts';
import { type CommandIo, print } from './io.ts';

const TIME_LIMIT_MS = 120_000;

interface Tested {
  readonly name: string;
  readonly enabled: boolean;
  readonly facilities: readonly string[];
  readonly lines: readonly TestLine[];
}

async function tested({ name, enabled, facilities, test }: Connector): Promise<Tested> {
  const signal = AbortSignal.timeout(TIME_LIMIT_MS);
  const lines = await test(signal).catch((error: unknown) => {
    const detail = signal.aborted
      ? 'It did not answer in time.'
      : error instanceof Error
        ? error.message
        : String(error);
    return [{ what: 'the test', ok: false, detail }];
  });
  return { name, enabled, facilities, lines };
}

const inWords = ({ name, enabled, facilities, lines }: Tested): string[] => [
  `${name} (${facilities.join(', ')}): ${enabled ? 'switched on' : 'off; set enabled: true to switch it on'}`,
  ...lines.map(({ what, ok, detail }) => (ok ? `  ok      ${what}` : `  NOT OK  ${what}. ${detail}`)),
];

/** `connectors test`: each connector of the settings, switched on or not; 1 where one could not work. */
export async function connectorsTest(settings: Settings, io: CommandIo, { json = false }): Promise<number> {
  const results = await Promise.all(createConnectors(settings, io).map(tested));
  const ok = results.every(({ lines }) => lines.every((line) => line.ok));
  if (json) print(io.stdout, JSON.stringify({ ok, connectors: results }, undefined, 2));
  else if (results.length === 0) print(io.stdout, 'No connectors are set: see docs/connectors.md.');
  else print(io.stdout, ...results.flatMap(inWords));
  return ok ? 0 : 1;
}

type Settled = (work: (settings: Settings) => Promise<number>) => Promise<void>;

export function addConnectors(program: Command, run: Settled, io: CommandIo): void {
  program
    .command('connectors')
    .description('the systems in which access is withdrawn')
    .command('test')
    .description('look at each one, changing nothing: exit 0 all could work, 1 one could not')
    .option('--json', 'as JSON')
    .action((options: { json?: boolean }) => run((settings) => connectorsTest(settings, io, options)));
}
