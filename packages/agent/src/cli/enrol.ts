import { UsageError } from '../errors.ts';
import { type Command, DATA_OPTION, dataFolder, readOptions, say } from './command.ts';

/** The serial number, as a hint for the register; never a credential. */
async function serialNumberOf(
  machine: Awaited<ReturnType<typeof import('./this-machine.ts').thisMachine>>,
): Promise<string | null> {
  const { observe } = await import('../cycle/observe.ts');
  const observations = await observe(
    machine.host,
    machine.collectors.filter(({ check }) => check === 'asset-tag'),
    machine.clock.now(),
  );
  const facts = observations.get('asset-tag')?.facts;
  const { isKnown } = await import('@beadle/shared');
  if (facts === undefined || !isKnown(facts)) return null;
  const { serialNumber } = facts.known as { serialNumber: { known?: string | null } };
  return serialNumber.known ?? null;
}

async function enrolThisDevice(data: string, server: string, token: string): Promise<string> {
  const [{ thisMachine }, { createTransport }, { enrol }, identity] = await Promise.all([
    import('./this-machine.ts'),
    import('../uplink/transport.ts'),
    import('../uplink/enrol.ts'),
    import('../identity/identity.ts'),
  ]);
  const [{ keepEnrolment }, { openStore }] = await Promise.all([
    import('../orders/keep-enrolment.ts'),
    import('../outbox/store.ts'),
  ]);
  const machine = await thisMachine();
  const { VERSION } = await import('../version.ts');
  const about = {
    platform: machine.host.platform,
    release: machine.host.release,
    agentVersion: VERSION,
    serialNumber: await serialNumberOf(machine),
  };
  // Before the token is used up.
  identity.requireRoom(data);
  const key = identity.makeDeviceKey();
  const transport = createTransport(server);
  try {
    const answer = await enrol(
      { server, token, key, transport, clock: machine.clock, about },
      AbortSignal.timeout(60_000),
    );
    const { documents, serverTime, ...enrolment } = answer;
    identity.saveIdentity(data, key, { ...enrolment, server, enrolledAt: serverTime });
    const { sql } = openStore(data, machine.clock.now());
    try {
      keepEnrolment({ sql, identity: identity.requireIdentity(data), documents, ...machine });
    } finally {
      sql.close();
    }
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
