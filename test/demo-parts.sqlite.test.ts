import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readPolicy } from '@beadle/shared/policy/read';
import { inOfficeHours, isWorkday, timeOn, workdayBefore } from '../scripts/demo/calendar.ts';
import { CAST_SIZE } from '../scripts/demo/cast.ts';
import { createFleet } from '../scripts/demo/fleet.ts';
import { fillFolder, isFilled } from '../scripts/demo/folder.ts';
import { readOptions } from '../scripts/demo/options.ts';
import { COUNCIL, policySource } from '../scripts/demo/policy.ts';
import { createTimeline } from '../scripts/demo/timeline.ts';
import { createDice } from '../scripts/simulated/dice.ts';
import { ROOT } from './support/processes.ts';

const at = (time: string) => Date.parse(time);

describe('the timeline', () => {
  it('lets things happen in their order, and those of one moment as they were planned', async () => {
    const timeline = createTimeline();
    const seen: string[] = [];
    timeline.at(20, () => void seen.push('late'));
    timeline.at(10, () => {
      seen.push('first');
      timeline.at(5, () => void seen.push('planned for the past'));
    });
    timeline.at(10, () => void seen.push('second'));
    timeline.at(30, () => void seen.push('beyond the end'));
    await timeline.run(30, () => undefined);
    expect(seen).toEqual(['first', 'planned for the past', 'second', 'late']);
  });
});

describe('the calendar', () => {
  it('knows the hours of the office, by the clock of the council', () => {
    expect(timeOn(at('2026-07-01T12:00Z'), '09:00')).toBe(at('2026-07-01T08:00Z'));
    expect(inOfficeHours(at('2026-11-26T10:00Z'))).toBe(at('2026-11-26T10:00Z'));
    expect(inOfficeHours(at('2026-11-26T05:00Z'))).toBe(at('2026-11-26T08:50Z'));
    expect(inOfficeHours(at('2026-11-27T18:00Z'))).toBe(at('2026-11-30T08:50Z'));
    expect(workdayBefore(at('2026-11-30T09:00Z'))).toBe(at('2026-11-27T09:00Z'));
    expect(isWorkday(at('2026-11-28T12:00Z'))).toBe(false);
  });
});

describe('the fleet', () => {
  it.each([12, 300, 2000])('of %i devices has everybody and everything once', (count) => {
    const fleet = createFleet(count, CAST_SIZE, createDice(1));
    const accounts = fleet.flatMap(({ holder }) => holder?.account ?? []);
    expect(new Set(accounts).size).toBe(accounts.length);
    expect(new Set(fleet.map(({ serial }) => serial.toLowerCase())).size).toBe(count);
    const habits = fleet.map(({ habit }) => habit);
    expect(habits).toEqual(expect.arrayContaining(['cupboard', 'never-enrolled', 'in-use', 'cast']));
  });

  it('is the same for the same seed', () => {
    expect(createFleet(60, CAST_SIZE, createDice(7))).toEqual(createFleet(60, CAST_SIZE, createDice(7)));
  });
});

describe('the policy', () => {
  it.each(['dacorum', 'cyber-essentials'])('%s holds for the invented council in each version', (name) => {
    for (const stage of [0, 1, 2] as const) {
      const file = join(ROOT, `policies/${name}.yaml`);
      const reading = readPolicy(policySource(file, { version: '2026.1', from: '2026-02-28', stage }));
      if (!reading.ok) throw new Error(JSON.stringify(reading.errors));
      const { organisation, rules } = reading.policy;
      expect(organisation).toBe(COUNCIL);
      expect(rules.filter(({ mode }) => mode === 'report').length > 0).toBe(stage > 0);
    }
  });
});

describe('the folder', () => {
  const parent = mkdtempSync(join(tmpdir(), 'beadle-demo-folder-'));
  const folder = join(parent, 'data');
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  it('is there only once it is whole', async () => {
    mkdirSync(folder, { recursive: true });
    await expect(fillFolder(folder, {}, () => Promise.reject(new Error('interrupted')))).rejects.toThrow('interrupted');
    expect(isFilled(folder)).toBe(false);
    await fillFolder(folder, {}, async (beside) => writeFileSync(join(beside, 'one'), ''));
    expect(isFilled(folder)).toBe(true);
    expect(existsSync(join(folder, 'one'))).toBe(true);
  });

  it('is not one that holds something else', () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'letter.txt'), '');
    expect(() => isFilled(folder)).toThrow('something else than a demo');
  });
});

describe('the options', () => {
  it('have defaults, and refuse what is no number', () => {
    expect(readOptions([])).toEqual({ devices: 300, weeks: 52, seed: 1 });
    expect(readOptions(['--help'])).toBe('help');
    expect(() => readOptions(['--devices', 'many'])).toThrow('--devices takes a whole number');
    expect(() => readOptions(['--devices', '3'])).toThrow('from 12 to 2000');
  });
});
