import { type Command, DATA_OPTION, dataFolder, readOptions } from './command.ts';

/** A process group gets the first signal twice; what comes later than this is a person who will not wait. */
const SAME_SIGNAL_MS = 1_000;
const DRAIN_MS = 10_000;

/** Aborts at the first signal and, where `input` is to be watched, at its end: Windows' services are sent no signals. */
function untilSignalled(input: typeof process.stdin | undefined): AbortSignal {
  const stop = new AbortController();
  let first = 0;
  const end = () => {
    if (stop.signal.aborted && Date.now() - first > SAME_SIGNAL_MS) process.exit(1);
    if (stop.signal.aborted) return;
    first = Date.now();
    stop.abort();
    setTimeout(() => process.exit(1), DRAIN_MS).unref();
  };
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, end);
  // Not what keeps the process: stopped by a signal, it is not to wait for its input.
  input?.once('end', end).once('error', end).resume().unref();
  return stop.signal;
}

type Machine = Awaited<ReturnType<typeof import('./this-machine.ts').thisMachine>>;

/** Loaded where there is such a file to look for alone. */
async function enrolmentBy(path: string, data: string, machine: Machine) {
  const [{ createEnrolmentByFile }, { aboutOf, transportTo }] = await Promise.all([
    import('../enrolment/by-file.ts'),
    import('./to-server.ts'),
  ]);
  return createEnrolmentByFile({ ...machine, path, data, transport: transportTo, about: aboutOf(machine) });
}

export const run: Command = {
  name: 'run',
  summary: 'the service: checks this device and reports to the server it is enrolled with',
  synopsis: '[--data DIR] [--enrolment FILE] [--until-input-ends]',
  details: [
    'Writes its log as JSON lines on standard error. Stops on SIGTERM.',
    'FILE, of lines server=URL and token=TOKEN, enrols a device that is not enrolled, and is taken away once it is used.',
    '--until-input-ends stops it at the end of its standard input too, for those who can send no signal.',
  ],
  async run(args) {
    const options = {
      ...DATA_OPTION,
      enrolment: { type: 'string' },
      'until-input-ends': { type: 'boolean' },
    } as const;
    const { values } = readOptions(args, options);
    const signal = untilSignalled(values['until-input-ends'] === true ? process.stdin : undefined);
    const [{ runAgent }, { thisMachine }] = await Promise.all([import('../agent.ts'), import('./this-machine.ts')]);
    const { transportTo: transport } = await import('./to-server.ts');
    const [data, machine] = [dataFolder(values), await thisMachine()];
    const { enrolment: file } = values;
    const enrolment = file === undefined ? {} : { enrolment: await enrolmentBy(file, data, machine) };
    await runAgent({ data, ...machine, ...enrolment, transport }, signal);
    return 0;
  },
};
