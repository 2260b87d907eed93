import type { Population } from '@beadle/shared';
import type { Dice } from '../simulated/dice.ts';
import type { Officer } from './server.ts';

/** The council's officers: invented, as everybody here is. */
export const OFFICERS = {
  officer: { name: 'Priya Raman', role: 'information-security-team-leader' },
  analyst: { name: 'Tomos Bevan', role: 'security-analyst' },
  siro: { name: 'Helen Ashworth', role: 'siro' },
  dataProtection: { name: 'Adaeze Nwosu', role: 'data-protection-officer' },
  ict: { name: 'Callum Fraser', role: 'ict-administrator' },
  engineer: { name: 'Zainab Hussain', role: 'ict-operator' },
  assistantDirector: { name: 'Marcus Oyelaran', role: 'assistant-director' },
  director: { name: 'Ruth Pennington', role: 'director' },
  monitoring: { name: 'Gareth Llewellyn', role: 'monitoring-officer' },
  assetOwner: { name: 'Yusuf Demir', role: 'information-asset-owner' },
  auditor: { name: 'Elena Petrova', role: 'auditor' },
  manager: { name: 'Siobhan Doyle', role: 'line-manager' },
} as const satisfies Record<string, Officer>;

/** Who sets the server up, before anybody has a role. */
export const SETTING_UP: Officer = { name: OFFICERS.ict.name, role: 'administrator' };

const FIRST = [
  'Aaliyah, Agnieszka, Alan, Amara, Andrei, Anita, Bethan, Bilal, Carmen, Chidi, Claire, Daniel, Deepa',
  'Denise, Emeka, Emily, Farah, Fiona, Gareth, Grace, Hamza, Hannah, Ifeoma, Imran, Jack, Jasmine',
  'Joanna, Joseph, Kavita, Keith, Kwame, Leanne, Li Na, Louise, Magda, Mohammed, Natalie, Nikhil, Olga',
  'Owen, Patricia, Paul, Rachel, Rajesh, Rhys, Rosa, Ryan, Samira, Sean, Shanice, Sophie, Stephen',
  'Tariq, Teresa, Vikram, Wei, Yasmin, Zofia, Zoe',
].flatMap((line) => line.split(', '));
const LAST = [
  'Adeyemi, Ahmed, Bailey, Banerjee, Begum, Campbell, Chen, Clarke, Cooper, Costa, Davies, Edwards',
  'Ellis, Evans, Fernandes, Foster, Ghosh, Gonzalez, Griffiths, Hall, Harris, Hassan, Hughes, Ibrahim',
  'Jackson, James, Kaur, Khan, King, Kowalski, Lewis, Malik, Marshall, Mensah, Mistry, Moore, Murphy',
  'Nowak, O’Brien, Okafor, Osei, Parmar, Patel, Popescu, Price, Rahman, Reid, Roberts, Scott, Shah',
  'Silva, Singh, Taylor, Thompson, Turner, Walker, Wright',
].flatMap((line) => line.split(', '));

/** Departments, with how many of a hundred employees each has. */
export const DEPARTMENTS = [
  ['Housing', 19],
  ['Planning and Building Control', 14],
  ['Revenues and Benefits', 16],
  ['Environmental Health', 12],
  ['Legal and Democratic Services', 9],
  ['Finance', 9],
  ['Customer Services', 9],
  ['Waste and Street Scene', 6],
  ['Human Resources', 6],
] as const satisfies readonly (readonly [string, number])[];

export interface Person {
  readonly account: string;
  readonly name: string;
  readonly population: Population;
  readonly groups: readonly string[];
}

export const accountOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll('’', '')
    .replaceAll(/[^a-z]+/g, '.');

function departmentOf(dice: Dice): string {
  let left = dice.below(100);
  for (const [name, share] of DEPARTMENTS) {
    if (left < share) return name;
    left -= share;
  }
  return DEPARTMENTS[0][0];
}

/** The same first and last name come together once in sixty times sixty people. */
const nameOf = (index: number): string =>
  [FIRST[(index * 7) % FIRST.length], LAST[(index * 11 + Math.floor(index / FIRST.length)) % LAST.length]].join(' ');

/** Somebody of whom a device is, by their place in the list. */
export function personAt(index: number, population: Population, dice: Dice): Person {
  const name = nameOf(index);
  const group = population === 'councillor' ? 'Members' : departmentOf(dice);
  const also = population === 'employee' && dice.chance(0.04) ? ['Emergency Planning'] : [];
  return { account: accountOf(name), name, population, groups: [group, ...also] };
}

const quoted = (text: string): string => `"${text}"`;

/** The council's list of people, officers first; `line_manager` is the same for all but the officers. */
export function peopleCsv(people: readonly Person[]): string {
  const officers = Object.values(OFFICERS).map(({ name }) =>
    [
      accountOf(name),
      quoted(name),
      `${accountOf(name)}@hartsmere.example`,
      'employee',
      '',
      '"Corporate Services"',
    ].join(','),
  );
  const others = people.map(({ account, name, population, groups }) =>
    [
      account,
      quoted(name),
      `${account}@hartsmere.example`,
      population,
      population === 'councillor' ? '' : accountOf(OFFICERS.manager.name),
      quoted(groups.join(';')),
    ].join(','),
  );
  return ['account,name,email,population,line_manager,groups', ...officers, ...others].join('\n');
}
