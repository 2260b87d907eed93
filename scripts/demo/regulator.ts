import { daysFrom, HOUR_MS, timeOn, workdayFrom } from './calendar.ts';
import { assessment, type Desk } from './desk.ts';
import { OFFICERS } from './people.ts';
import { momentAt, type Stage } from './stage.ts';
import { planSteps, reportNow, type Step } from './told.ts';

const ASSESSED = assessment({
  severity: 'high',
  personalData: 'yes',
  riskLikely: 'yes',
  highRisk: 'yes',
  specialCategory: 'yes',
  childrenOrVulnerable: 'yes',
  people: 212,
  records: 212,
  consequences: 'Tenants may be approached because of what the list says of their health. Two have asked to be moved.',
  reasons: 'The list says who needs an adapted home and why, and it went to eleven people outside of the council.',
  factors: {
    type: 'Loss of confidentiality.',
    sensitivity: 'Reasons of health for an adapted home: special category data.',
    protection: 'None: the list was attached to an e-mail.',
    whatHappened: 'Eleven landlords received it; nine have confirmed that they deleted it.',
    reveals: 'Who waits for an adapted home, and why.',
    howMany: '212 people.',
    who: 'Applicants for housing, among them families with disabled children.',
    harm: 'Distress, and unwelcome attention.',
  },
});

const SAID = {
  title: 'The waiting list for adapted homes was sent to landlords',
  description: 'The wrong file was attached to the monthly e-mail. A landlord rang us at half past nine.',
  category: 'sent-to-the-wrong-person',
  certainty: 'happened',
  place: 'office',
  personalData: 'yes',
  information: 'Names, addresses and reasons of health of applicants',
  done: 'The e-mail was recalled, and each landlord is being rung.',
} as const;

const CONTAINED = 'Nine of eleven landlords have confirmed the deletion in writing; the mail was recalled.';

const firstDay = (ref: string): readonly Step[] => [
  [0.3, (desk) => desk.acknowledge(ref)],
  [0.4, (desk) => desk.assign(ref, OFFICERS.officer.name)],
  [1, (desk) => desk.triage(ref, { decision: 'confirmed', reason: 'Eleven landlords have the list.' })],
  [3, (desk) => desk.contain(ref, CONTAINED)],
  [4, (desk) => desk.refer(ref, { to: 'siro', reasons: 'Health data of 212 people has left the council.' })],
  [22, (desk) => desk.assess(ref, ASSESSED)],
];

/** What the Data Protection Officer decides, each within the 72 hours. */
function decisions({ world }: Stage, ref: string): readonly Step[] {
  const now = () => new Date(world.time).toISOString();
  const told = { about: 'regulator', decision: 'tell' } as const;
  return [
    [24, (desk) => desk.decide(ref, { ...told, reasons: 'A risk to the people on the list is likely.' })],
    [
      26,
      (desk) =>
        desk.decide(ref, { ...told, reasons: 'By the online form.', toldAt: now(), reference: 'IC-412207-K3X9' }),
    ],
    [
      30,
      (desk) =>
        desk.decide(ref, { about: 'individuals', decision: 'tell', reasons: 'The risk is high.', toldAt: now() }),
    ],
  ];
}

function ending({ world }: Stage, ref: string): readonly Step[] {
  let action = '';
  const write = async (desk: Desk) => {
    const due = daysFrom(world.time, 5);
    action = await desk.plan(ref, 'Write to the 212 applicants', OFFICERS.manager.name, due);
  };
  const closure = {
    reason: 'The regulator takes no further action. Everybody concerned has been told.',
    rootCause: 'Two files with nearly the same name lay in one folder.',
    lessons: 'The monthly e-mail is now made by the housing system, without attachments.',
  };
  return [
    [31, write],
    [120, (desk) => desk.finish(ref, action, 'All letters were posted. Fourteen people have rung.')],
    [400, (desk) => desk.close(ref, closure)],
  ];
}

/** The one case of the year that the regulator and the people affected were told of, within the 72 hours. */
export function planRegulator(stage: Stage): void {
  const { timeline, lives, world } = stage;
  const name = lives[5]?.member.holder?.name ?? OFFICERS.manager.name;
  timeline.at(timeOn(workdayFrom(momentAt(stage, 0.3)), '10:40'), async () => {
    const happenedAt = new Date(world.time - 2 * HOUR_MS).toISOString();
    const ref = await reportNow(stage, name, { ...SAID, happenedAt });
    planSteps(stage, firstDay(ref));
    planSteps(stage, decisions(stage, ref), OFFICERS.dataProtection);
    planSteps(stage, ending(stage, ref));
  });
}
