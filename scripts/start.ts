import { mkdirSync } from 'node:fs';
import { bringUp, say } from './start/bring-up.ts';
import { type Client, Refused } from './start/client.ts';
import { organisationOf, policyInReport } from './start/policy.ts';
import { ROOT } from './start/programs.ts';
import { runUntilSignalled } from './start/run.ts';
import { readStartSettings, serverEnvironment, type StartSettings } from './start/settings.ts';

/** Why rules report that nobody has previewed; stands in the audit log. */
const WITHOUT_PREVIEW = 'npm start lets every rule report, for a first look at one machine';

async function putPolicyInForce(client: Client, { policy }: StartSettings): Promise<void> {
  try {
    const path = `/api/v1/policies?without-preview=${encodeURIComponent(WITHOUT_PREVIEW)}`;
    await client.call('POST', path, policyInReport(policy), 'application/yaml');
  } catch (error) {
    if (error instanceof Refused && error.code === 'conflict')
      return say(`${policy}: ${error.message} The one in force stays.`);
    if (error instanceof Refused && error.code === 'policy-refused')
      throw new Error(`${policy}: ${error.message}`, { cause: error });
    throw error;
  }
}

process.exit(
  await runUntilSignalled(async (running, signal) => {
    const settings = readStartSettings(process.env, ROOT);
    mkdirSync(settings.data, { recursive: true, mode: 0o700 });
    const env = serverEnvironment(settings, organisationOf(settings.policy));
    const prepare = (client: Client) => putPolicyInForce(client, settings);
    return bringUp({ settings, env, name: 'npm start', prepare }, running, signal);
  }),
);
