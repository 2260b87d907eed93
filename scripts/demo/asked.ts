import type { Role } from '@beadle/shared';
import type { Request } from '../../packages/server/src/authorisations/schema.ts';

/** An authorisation that somebody asks for themselves, and what became of it. */
export interface Asked extends Pick<Request, 'kind' | 'scope' | 'purpose' | 'risks' | 'paper'> {
  readonly outcome: 'approved' | 'refused' | 'revoked' | 'requested' | 'returned';
  readonly approver: Role;
  /** Days from now, negative for the past. */
  readonly fromDays: number;
  readonly toDays: number;
}

const PAPER = {
  recordType: 'Case files',
  classification: 'OFFICIAL',
  quantity: '2 folders',
  copies: 'copy',
  storage: 'In a locked drawer.',
  transport: 'In a closed bag, by car.',
} as const satisfies Request['paper'];

const remote = (fromDays: number, toDays: number, purpose: string): Asked => ({
  kind: 'remote-working',
  purpose,
  risks: 'Others at home can see the screen.',
  outcome: 'approved',
  approver: 'line-manager',
  fromDays,
  toDays,
});
const paper = (fromDays: number, toDays: number, outcome: Asked['outcome']): Asked => ({
  kind: 'paper-at-home',
  scope: { printers: ['ipp://EPSON*.local*'] },
  purpose: 'To prepare the hearing.',
  risks: 'Paper can be lost on the way, or be read by others at home.',
  paper: PAPER,
  outcome,
  approver: 'assistant-director',
  fromDays,
  toDays,
});
const planStick = (fromDays: number, toDays: number, stick: string): Asked => ({
  kind: 'emergency-plan-stick',
  scope: { sticks: [stick], encryptedOnly: true },
  purpose: 'To carry the Emergency Plan to the rest centre.',
  risks: 'A stick can be lost, or be read by whoever finds it.',
  outcome: 'approved',
  approver: 'information-security-team-leader',
  fromDays,
  toDays,
});
const abroad = (fromDays: number, toDays: number, country: string, outcome: Asked['outcome']): Asked => ({
  kind: 'overseas',
  scope: { countries: [country] },
  purpose: 'To be with family, and to work in the mornings.',
  risks: 'The device can be lost or searched abroad.',
  outcome,
  approver: 'director',
  fromDays,
  toDays,
});
const ofIct = (kind: string, scope: Request['scope'], purpose: string, days: readonly [number, number]): Asked => ({
  kind,
  ...(scope === undefined ? {} : { scope }),
  purpose,
  risks: 'More can go wrong on the device, and ICT looks at it more often.',
  outcome: 'approved',
  approver: 'ict-administrator',
  fromDays: days[0],
  toDays: days[1],
});

export const ASKED: readonly Asked[] = [
  remote(-210, 120, 'Three days a week at home.'),
  remote(-150, 190, 'Two days a week at home.'),
  remote(-320, -12, 'One day a week at home.'),
  { ...remote(-40, 31, 'To see whether it suits the team.'), kind: 'trial' },
  planStick(-60, 130, 'IK-D300-55120'),
  planStick(-300, -30, 'IK-D300-55121'),
  paper(-20, 45, 'approved'),
  paper(-70, -9, 'approved'),
  paper(-140, -70, 'returned'),
  paper(-1, 60, 'requested'),
  ofIct('software-install', { software: ['QGIS*'] }, 'To draw the maps of the local plan.', [-30, 40]),
  ofIct('local-administrator', { accounts: ['HARTSMERE\\*'] }, 'To test the new planning system.', [-25, 50]),
  ofIct('ict-build', undefined, 'The device is being built anew.', [-44, -40]),
  {
    ...ofIct('offline-files', undefined, 'To work on the train.', [-35, 40]),
    approver: 'information-security-team-leader',
  },
  {
    ...ofIct('accredited-device', undefined, 'The auditor brings their own device.', [-90, 200]),
    approver: 'information-security-team-leader',
  },
  abroad(-14, 12, 'ES', 'approved'),
  abroad(5, 26, 'PT', 'requested'),
  {
    ...ofIct('late-update', undefined, 'The telephone system does not run on the newer version yet.', [-30, 50]),
    approver: 'siro',
  },
  {
    ...ofIct('reasonable-adjustment', undefined, 'A second screen reader.', [-100, 200]),
    approver: 'line-manager',
    risks: 'None beyond those of the device.',
  },
  { ...planStick(-95, -20, 'IK-D300-55147'), outcome: 'refused' },
  {
    ...ofIct('software-install', { software: ['R*'] }, 'To count the answers to a survey.', [-80, -10]),
    outcome: 'revoked',
  },
];
