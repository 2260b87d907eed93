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

/** Enrols this machine at `server`, an origin, and keeps who it then is in the folder `data`; says in words as what. */
export async function enrolThisDevice(data: string, server: string, token: string): Promise<string> {
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
