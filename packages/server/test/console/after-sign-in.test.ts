import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathAfterSignIn, signInFor } from '../../src/console/after-sign-in.ts';

describe('after signing in', () => {
  it.each(['/breaches/BR-2026-000041', '/breaches?queue=ict&order=severity', '/devices/A%2FB'])(
    '%s comes next',
    (path) => {
      expect(pathAfterSignIn(path)).toBe(path);
    },
  );

  it.each([
    undefined,
    '',
    'breaches',
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    '/%2e//evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    'javascript:alert(1)',
    '/sign-in?next=/x',
    '/sign-out',
    `/${'x'.repeat(3000)}`,
  ])('%j leads to the first page', (path) => {
    expect(pathAfterSignIn(path)).toBe('/');
  });

  it('nothing leads to another server', () => {
    const part = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '//',
      '%2f',
      '%5c',
      '@',
      ':',
      '?',
      '#',
      'evil.example',
      'http:',
      '\t',
      ' ',
    );
    const asked = fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc.array(part, { maxLength: 8 }).map((parts) => `/${parts.join('')}`),
    );
    fc.assert(
      fc.property(asked, (text) => {
        const path = pathAfterSignIn(text);
        expect(new URL(path, 'https://beadle.example').origin).toBe('https://beadle.example');
        expect(path.startsWith('/') && !path.startsWith('//')).toBe(true);
        expect(pathAfterSignIn(path)).toBe(path);
      }),
      { numRuns: 2000 },
    );
  });

  it('what was sent is not sent again', () => {
    expect(signInFor({ method: 'POST', url: '/breaches/BR-2026-000041/close' })).toBe('/sign-in');
    expect(signInFor({ method: 'GET', url: '/devices?show=silent' })).toBe('/sign-in?next=%2Fdevices%3Fshow%3Dsilent');
  });
});
