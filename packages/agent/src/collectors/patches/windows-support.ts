import { type Known, known, type SystemSupport, unknown } from '@beadle/shared';
import dates from './support-dates.json' with { type: 'json' };

/**
 * How a cycle of the list ends: one build of Windows is mended for as long as its edition says. Without an ending a cycle
 * is of all editions but the ones that are named below it.
 */
type Family = 'iot-lts' | 'e-lts' | 'e' | 'w' | 'ac' | 'sac' | '';

/**
 * `EditionID` of the registry, without the `N` of editions that lack a media player. Long-term editions share their
 * build with others and are served for years longer. What is not named here has a life of its own, which is not known.
 */
const CLIENTS: Readonly<Record<string, readonly Family[]>> = {
  IoTEnterpriseS: ['iot-lts', 'e-lts'],
  IoTEnterpriseSK: ['iot-lts', 'e-lts'],
  EnterpriseS: ['e-lts'],
  Enterprise: ['e', ''],
  IoTEnterprise: ['e', ''],
  IoTEnterpriseK: ['e', ''],
  ServerRdsh: ['e', ''],
  Education: ['e', ''],
  Professional: ['w', ''],
  ProfessionalEducation: ['w', ''],
  ProfessionalWorkstation: ['w', ''],
  Core: ['w', ''],
  CoreSingleLanguage: ['w', ''],
  CoreCountrySpecific: ['w', ''],
};

/** The editions of a server for a year each end in `ACor`; the others share a year's name. */
const SERVERS: readonly (readonly [edition: RegExp, families: readonly Family[]])[] = [
  [/^Server(Standard|Datacenter)ACor$/, ['ac', 'sac']],
  [/^Server(Standard|Datacenter|Turbine)(Cor)?$/, ['']],
];

const familyOf = (cycle: string): string => /-(iot-lts|e-lts|e|w|ac|sac)$/.exec(cycle)?.[1] ?? '';

function familiesOf(edition: string): readonly Family[] {
  const server = SERVERS.find(([of]) => of.test(edition))?.[1];
  return server ?? CLIENTS[edition] ?? CLIENTS[edition.replace(/N$/, '')] ?? [];
}

/**
 * The end of free support by build and edition: `ProductName` says Windows 10 on Windows 11 too. Extended updates that a
 * council may have paid for are told by nothing and are not assumed.
 */
export function windowsSupport(build: number, edition: string): Known<SystemSupport> {
  const product = edition.startsWith('Server') && edition !== 'ServerRdsh' ? 'windows-server' : 'windows';
  const rows = dates.rows.filter((row) => row.product === product && row.build === build);
  const row = familiesOf(edition)
    .map((family) => rows.find(({ cycle }) => familyOf(cycle) === family))
    .find((found) => found !== undefined);
  return row === undefined
    ? unknown('not-in-support-list', `Windows ${build} ${edition}`.slice(0, 80))
    : known({ label: row.label, ends: row.ends });
}
