import { describe, expect, it } from 'vitest';
import { createNames } from '../../src/baseline/names.ts';

describe('names of people', () => {
  it.each(['sam.rivers', 'SRIVERS', 'riverss', 'adm-rivers', 'SamRivers', 'rivers.sam2'])('%s is one', (account) => {
    const names = createNames();
    names.add('Sam Rivers');
    expect(names.isIn(account)).toBe(true);
  });
  it.each(['administrator', 'svc-deploy', 'Domain Admins', 'root'])('%s is none', (account) => {
    const names = createNames();
    names.add('Sam Rivers');
    expect(names.isIn(account)).toBe(false);
  });
});
