import { approveAuthorisation } from '../../packages/server/src/authorisations/decide.ts';
import { declareIncident, endIncident } from '../../packages/server/src/authorisations/incidents.ts';
import { requestAuthorisation } from '../../packages/server/src/authorisations/request.ts';
import { CAST, nameOf } from './cast.ts';
import { daysFrom, HOUR_MS, inOfficeHours, timeOn } from './calendar.ts';
import { visit } from './life.ts';
import { homePrinterOf, printOn } from './machine.ts';
import { OFFICERS } from './people.ts';
import { callerOf, worker } from './server.ts';
import { momentAt, type Stage } from './stage.ts';

const FLOOD = {
  title: 'Flood at the Civic Centre',
  description: 'The ground floor is closed. The rota of the rest centre may be printed at home.',
  populations: null,
} as const;

const depsOf = ({ server: { db, random }, world }: Stage) => ({ db, random, now: world.time });

const requestFor = (incident: string, name: string, now: number) => ({
  kind: 'incident-printing',
  subject: { person: name },
  scope: { printers: ['usb://HP/DeskJet*'] },
  purpose: 'To print the rota of the rest centre.',
  risks: 'Paper can be lost or read by others at home.',
  accepted: true,
  validFrom: new Date(now).toISOString(),
  validTo: new Date(timeOn(daysFrom(now, 10), '17:00')).toISOString(),
  incident,
});

/** The authorisation comes with the first call, and counts at the second. */
async function printAtHome(stage: Stage): Promise<void> {
  const life = stage.lives[CAST.printing];
  if (life === undefined) return;
  await visit(stage, life);
  await visit(stage, life, (machine) => {
    const printer = homePrinterOf(machine, 0);
    machine.queues.push(printer);
    printOn(machine, printer, stage.world.time);
  });
}

/** A flood in the past: while it lasted one officer could print at home. */
export function planIncident(stage: Stage): void {
  const { timeline, world } = stage;
  const declarer = callerOf(OFFICERS.assistantDirector);
  timeline.at(inOfficeHours(momentAt(stage, 0.42)), async () => {
    const incident = await declareIncident(declarer, FLOOD, depsOf(stage));
    const name = nameOf(stage, 'printing');
    const { ref } = await requestAuthorisation(worker(name), requestFor(incident, name, world.time), depsOf(stage));
    timeline.at(world.time + HOUR_MS, () => approveAuthorisation(callerOf(OFFICERS.director), ref, {}, depsOf(stage)));
    timeline.at(world.time + 26 * HOUR_MS, () => printAtHome(stage));
    timeline.at(inOfficeHours(daysFrom(world.time, 8)), () =>
      endIncident(declarer, incident, 'The building is open again.', depsOf(stage)),
    );
  });
}
