import type { BreachView } from '../../../breaches/read.ts';

type Seen = Pick<BreachView, 'check_name' | 'kind' | 'clause' | 'triage' | 'subject'> & {
  readonly asset_tag: string | null;
};

/** `seems` before a person has confirmed it, `is` afterwards; both with what happened to `on`. */
type Sentence = (on: string, subject: string) => readonly [seems: string, is: string];

/** What happened, by check: as breaches/appearance.ts has it in English. Facts and no blame. */
const SENTENCES: Readonly<Record<string, Sentence>> = {
  'disk-encryption': (on, subject) => [
    `Ymddengys nad yw cyfrol ${subject} ${on} wedi’i hamgryptio fel y mae’r polisi’n ei ddweud`,
    `Nid oedd cyfrol ${subject} ${on} wedi’i hamgryptio fel y mae’r polisi’n ei ddweud`,
  ],
  'removable-media': (on) => [
    `Ymddengys fod dyfais storio na chaniateir wedi’i chysylltu â ${on}`,
    `Cysylltwyd dyfais storio na chaniateir â ${on}`,
  ],
  printing: (on) => [
    `Ymddengys fod rhywbeth wedi’i argraffu o ${on} ar argraffydd na chaniateir`,
    `Argraffwyd rhywbeth o ${on} ar argraffydd na chaniateir`,
  ],
  patches: (on) => [
    `Ymddengys fod diweddariadau y mae eu dyddiad wedi mynd heibio yn eisiau ar ${on}`,
    `Roedd diweddariadau yr oedd eu dyddiad wedi mynd heibio yn eisiau ar ${on}`,
  ],
  'asset-tag': (on) => [
    `Ymddengys nad ${on} yw’r peiriant y mae’r gofrestr yn ei ddweud`,
    `Nid ${on} oedd y peiriant y mae’r gofrestr yn ei ddweud`,
  ],
  'malware-protection': (on) => [
    `Ymddengys nad oedd diogelwch rhag maleiswedd yn gweithio ar ${on}`,
    `Nid oedd diogelwch rhag maleiswedd yn gweithio ar ${on}`,
  ],
  firewall: (on) => [
    `Ymddengys nad oedd y mur gwarchod ymlaen ar ${on} fel y mae’r polisi’n ei ddweud`,
    `Nid oedd y mur gwarchod ymlaen ar ${on} fel y mae’r polisi’n ei ddweud`,
  ],
  'screen-lock': (on) => [
    `Ymddengys nad yw sgrin ${on} yn cloi fel y mae’r polisi’n ei ddweud`,
    `Nid oedd sgrin ${on} yn cloi fel y mae’r polisi’n ei ddweud`,
  ],
  location: (on) => [
    `Ymddengys fod ${on} mewn gwlad nad yw’r polisi’n ei henwi`,
    `Roedd ${on} mewn gwlad nad yw’r polisi’n ei henwi`,
  ],
  contact: (on) => [
    `Ymddengys na chlywyd gan ${on} am fwy o amser nag y mae’r polisi’n ei ganiatáu`,
    `Ni chlywyd gan ${on} am fwy o amser nag y mae’r polisi’n ei ganiatáu`,
  ],
  'agent-health': (on) => [
    `Ymddengys na allai’r rhaglen ar ${on} anfon gwybodaeth fel y dylai`,
    `Ni allai’r rhaglen ar ${on} anfon gwybodaeth fel y dylai`,
  ],
};

const LOST: Sentence = (on) => [
  `Ymddengys fod ${on} wedi colli rhai o’i chanfyddiadau cyn y gellid eu hanfon`,
  `Collodd ${on} rai o’i chanfyddiadau cyn y gellid eu hanfon`,
];

/** What a device's own breach is called in Welsh, without the full stop. */
export function welshTitleOf(seen: Seen): string {
  const { asset_tag: tag, check_name: check, kind, clause, subject, triage } = seen;
  const on = tag === null ? 'dyfais' : tag;
  const other: Sentence = () => [
    `Ymddengys nad yw ${on} yn cadw at gymal ${clause}`,
    `Nid oedd ${on} yn cadw at gymal ${clause}`,
  ];
  const made = kind === 'gap' ? LOST : ((Object.hasOwn(SENTENCES, check) ? SENTENCES[check] : undefined) ?? other);
  const [seems, is] = made(on, subject);
  return triage === 'confirmed' ? is : seems;
}
