import { UsageError } from '../errors.ts';
import { type Command, DATA_OPTION, dataFolder, readOptions, say } from './command.ts';

async function enrolThisDevice(data: string, server: string, token: string, caFile: string | undefined) {
  const [{ thisMachine }, { createTransport }, { enrol }, identity] = await Promise.all([
    import('./this-machine.ts'),
    import('../uplink/transport.ts'),
    import('../uplink/enrol.ts'),
    import('../identity/identity.ts'),
  ]);
  const [{ beginEnrolment }, { serialNumberOf }, { VERSION }] = await Promise.all([
    import('../enrolment/begin.ts'),
    import('../enrolment/serial.ts'),
    import('../version.ts'),
  ]);
  const machine = await thisMachine();
  const { platform, release } = machine.host;
  const about = { platform, release, agentVersion: VERSION, serialNumber: await serialNumberOf(machine) };
  // Before the token is used up.
  identity.requireRoom(data);
  const key = identity.makeDeviceKey();
  const transport = createTransport(server, { caFile });
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
  synopsis: '[--server URL] --token TOKEN [--data DIR] [--allow-plain-http]',
  details: [
    'URL is the origin of the server, such as https://beadle.council.gov.uk; without it that of the settings.',
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
    const settings = (await import('../settings/settings.ts')).readSettings(process.env);
    const server = values.server ?? settings.server;
    if (server === undefined) throw new UsageError('--server URL is missing: the address of the council server.');
    if (values.token === undefined) throw new UsageError('--token TOKEN is missing: ask ICT for one.');
    const { refuseUnsafeServer } = await import('../uplink/enrol.ts');
    const url = refuseUnsafeServer(server, values['allow-plain-http'] ?? false);
    const token = values.token === '-' ? (await import('node:fs')).readFileSync(0, 'utf8').trim() : values.token;
    say(await enrolThisDevice(dataFolder(values), url.origin, token, settings.caFile));
    return 0;
  },
};
