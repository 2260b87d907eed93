import { parseArgs } from 'node:util';
import { CAST_SIZE } from './cast.ts';

export interface DemoOptions {
  readonly devices: number;
  readonly weeks: number;
  readonly seed: number;
}

/** The cast, and what is in a cupboard or still in its box, and two more. */
const LEAST_DEVICES = CAST_SIZE + 4;

export const HELP = `Usage: npm run demo [-- options]

npm start with an invented council beside this machine: 300 devices and a year of history, for looking at the console
and making pictures. Every page says that everything is invented.

The first run fills the folder, which takes a minute or two; later ones carry on with what is there. To have another
council, or one whose year ends today, delete the folder.

  --devices N   how many, ${LEAST_DEVICES} to 2000 (300)
  --weeks W     for how long, 6 to 104 (52)
  --seed S      another council, the same for the same seed and moment (1)
  --help

BEADLE_PORT   the port on 127.0.0.1 (8420)
BEADLE_DATA   the folder for everything (demo-data in the checkout)
BEADLE_POLICY the policy file that the council has adopted (policies/dacorum.yaml)
`;

function wholeNumber(name: string, text: string, [from, to]: readonly [number, number]): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= from && number <= to) return number;
  throw new Error(`--${name} takes a whole number from ${from} to ${to}, not "${text}".`);
}

/** What was asked for; `help` where only that was. Throws with words. */
export function readOptions(args: readonly string[]): DemoOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      devices: { type: 'string', default: '300' },
      weeks: { type: 'string', default: '52' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    devices: wholeNumber('devices', values.devices, [LEAST_DEVICES, 2000]),
    weeks: wholeNumber('weeks', values.weeks, [6, 104]),
    seed: wholeNumber('seed', values.seed, [0, 999_999_999]),
  };
}
