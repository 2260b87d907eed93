import { dayOf, inOfficeHours } from './calendar.ts';
import { OFFICERS } from './people.ts';
import { policySource } from './policy.ts';
import { momentAt, round, type Stage } from './stage.ts';

/** When the policy moves from watching to reporting, and to reporting more, of the whole history. */
const CHANGES = [
  [0.09, 1],
  [0.55, 2],
] as const;

/** What the change would bring is previewed first, and is in the audit log. */
export function planVersions(stage: Stage): void {
  const { server, timeline, start, policy } = stage;
  const before = [dayOf(start).slice(0, 4)];
  for (const [share, number] of CHANGES) {
    const at = inOfficeHours(momentAt(stage, share));
    const from = dayOf(at);
    const year = from.slice(0, 4);
    const version = `${year}.${1 + before.filter((one) => one === year).length}`;
    before.push(year);
    timeline.at(at, async () => {
      const source = policySource(policy, { version, from, stage: number });
      await server.request(OFFICERS.officer, 'POST', '/api/v1/policies/preview', source, 'application/yaml');
      await server.work();
      await server.request(OFFICERS.officer, 'POST', '/api/v1/policies', source, 'application/yaml');
      await round(stage);
    });
  }
}
