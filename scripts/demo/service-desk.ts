import { daysFrom, inOfficeHours } from './calendar.ts';
import { visit } from './life.ts';
import { OFFICERS } from './people.ts';
import { type Life, momentAt, round, type Stage } from './stage.ts';
import { SYSTEMS } from './systems.ts';

/** So many devices are left as they are at the end: a system without support, a wrong serial number, one that is nowhere. */
const LEFT = 2;
const NOT_FOUND_DAYS = 26;

async function change({ server }: Stage, { member }: Life, body: object): Promise<void> {
  await server.request(OFFICERS.ict, 'PATCH', `/api/v1/devices/${member.assetTag}`, body);
}

/** Those that are put away, with word to the register. */
function planRests(stage: Stage, life: Life): void {
  const { member, dice } = life;
  const isStored = member.habit === 'in-store';
  if (!isStored && member.habit !== 'in-repair') return;
  const at = isStored ? momentAt(stage, 0.3 + dice.fraction() * 0.6) : daysFrom(stage.end, -4 - dice.below(10));
  const stateReason = isStored ? 'Spare, on the shelf of the service desk.' : 'Sent to the maker: the board.';
  stage.timeline.at(inOfficeHours(at), async () => {
    life.isSilent = true;
    await change(stage, life, { state: member.habit, stateReason });
  });
}

/** Those that lie in a cupboard: most are found some weeks after they were last heard from. */
function planCupboard(stage: Stage, life: Life, isFound: boolean): void {
  const { dice } = life;
  const { end } = stage;
  const from = isFound
    ? momentAt(stage, 0.15 + dice.fraction() * 0.5)
    : daysFrom(end, -NOT_FOUND_DAYS - dice.below(14));
  stage.timeline.at(from, () => void (life.isSilent = true));
  if (!isFound) return;
  stage.timeline.at(inOfficeHours(daysFrom(from, 23 + dice.below(20))), async () => {
    await change(stage, life, { state: 'in-store', stateReason: 'Found in a cupboard of the old office.' });
    await round(stage);
  });
}

const takeLeft = (lives: readonly Life[]) => [lives.slice(0, -LEFT), lives.slice(-LEFT)] as const;

/** What the service desk does in the year: puts away, finds, replaces and corrects. */
export function planServiceDesk(stage: Stage): void {
  const { lives, timeline } = stage;
  for (const life of lives) planRests(stage, life);
  const [found, missing] = takeLeft(lives.filter(({ member }) => member.habit === 'cupboard'));
  for (const life of found) planCupboard(stage, life, true);
  for (const life of missing) planCupboard(stage, life, false);
  const [replaced] = takeLeft(
    lives.filter(({ member: { habit, system } }) => habit === 'in-use' && system === SYSTEMS.windows10),
  );
  for (const life of replaced)
    timeline.at(inOfficeHours(momentAt(stage, 0.2 + life.dice.fraction() * 0.5)), () =>
      visit(stage, life, (machine) => void (machine.system = SYSTEMS.windows25)),
    );
  const swapped = lives.filter(({ member: { habit, traits } }) => habit === 'in-use' && traits.has('board-swapped'));
  for (const life of swapped.slice(1))
    timeline.at(inOfficeHours(momentAt(stage, 0.66)), async () => {
      await change(stage, life, { serialNumber: life.machine.serial });
      // The new entry comes with the first call, and counts at the second.
      await visit(stage, life);
      await visit(stage, life, () => undefined);
    });
}
