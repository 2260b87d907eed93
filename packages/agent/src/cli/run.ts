import { type Command, DATA_OPTION, dataFolder, readOptions } from './command.ts';

/** A process group gets the first signal twice; what comes later than this is a person who will not wait. */
const SAME_SIGNAL_MS = 1_000;
const DRAIN_MS = 10_000;

function untilSignalled(): AbortSignal {
  const stop = new AbortController();
  let first = 0;
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted && Date.now() - first > SAME_SIGNAL_MS) process.exit(1);
      if (stop.signal.aborted) return;
      first = Date.now();
      stop.abort();
      setTimeout(() => process.exit(1), DRAIN_MS).unref();
    });
  }
  return stop.signal;
}

export const run: Command = {
  name: 'run',
  summary: 'the service: checks this device and reports to the server it is enrolled with',
  synopsis: '[--data DIR]',
  details: [
    'Writes its log as JSON lines on standard error. Stops on SIGTERM.',
    'A device that is not enrolled is, by the fleet key of its settings, where there is one.',
  ],
  async run(args) {
    const { values } = readOptions(args, DATA_OPTION);
    const signal = untilSignalled();
    const [{ runAgent }, { thisMachine }] = await Promise.all([import('../agent.ts'), import('./this-machine.ts')]);
    const [{ createTransport }, { readSettings }, { fleetEnrolment }] = await Promise.all([
      import('../uplink/transport.ts'),
      import('../settings/settings.ts'),
      import('./fleet-enrolment.ts'),
    ]);
    const settings = readSettings(process.env);
    const machine = await thisMachine();
    const data = dataFolder(values);
    const transport = (server: string) => createTransport(server, { caFile: settings.caFile });
    const enrolment = fleetEnrolment(settings, { ...machine, data, transport });
    await runAgent({ data, ...machine, transport, ...(enrolment === undefined ? {} : { enrolment }) }, signal);
    return 0;
  },
};
