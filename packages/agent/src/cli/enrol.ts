import { UsageError } from '../errors.ts';
import { type Command, DATA_OPTION, dataFolder, readOptions, say } from './command.ts';

async function enrolThisDevice(data: string, server: string, token: string): Promise<string> {
  const [{ thisMachine }, { aboutOf, transportTo }, { enrol }, identity, { beginEnrolment }] = await Promise.all([
    import('./this-machine.ts'),
    import('./to-server.ts'),
    import('../uplink/enrol.ts'),
    import('../identity/identity.ts'),
    import('../enrolment/begin.ts'),
  ]);
  const machine = await thisMachine();
  const about = await aboutOf(machine)();
  // Before the token is used up.
  identity.requireRoom(data);
  const key = identity.makeDeviceKey();
  const transport = transportTo(server);
  try {
    const options = { server, token, key, transport, clock: machine.clock, about };
    const answer = await enrol(options, AbortSignal.timeout(60_000));
    beginEnrolment(key, answer, { ...machine, data, server });
    return `Enrolled as ${answer.assetTag} (${answer.organisation}, generation ${answer.generation}).`;
  } finally {
    await transport.close();
  }
}

export const enrol: Command = {
  name: 'enrol',
  summary: 'makes the device key, enrols with a token from ICT, pins the server key',
  synopsis: '--server URL --token TOKEN [--data DIR] [--allow-plain-http]',
  details: [
    'URL is the origin of the server, such as https://beadle.council.gov.uk.',
    'TOKEN is single-use; - reads it from standard input, so that it is in no list of processes.',
    '--allow-plain-http accepts an http:// server that is not on this machine, for test benches.',
  ],
  async run(args) {
    const options = {
      ...DATA_OPTION,
      server: { type: 'string' },
      token: { type: 'string' },
      'allow-plain-http': { type: 'boolean' },
    } as const;
    const { values } = readOptions(args, options);
    if (values.server === undefined)
      throw new UsageError('--server URL is missing: the address of the council server.');
    if (values.token === undefined) throw new UsageError('--token TOKEN is missing: ask ICT for one.');
    const { refuseUnsafeServer } = await import('../uplink/enrol.ts');
    const url = refuseUnsafeServer(values.server, values['allow-plain-http'] ?? false);
    const token = values.token === '-' ? (await import('node:fs')).readFileSync(0, 'utf8').trim() : values.token;
    say(await enrolThisDevice(dataFolder(values), url.origin, token));
    return 0;
  },
};
