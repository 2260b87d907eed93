import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { powershellDigests, scriptFolders } from '../../../../scripts/powershell-digests.ts';
import { peopleIn } from '../../src/restrictions/macos/people.ts';
import { anchorOf, dropsAll } from '../../src/restrictions/macos/rules.ts';
import { ACT_SCRIPTS, WINDOWS_ACTS } from '../../src/restrictions/windows/acts.ts';
import digests from '../../src/restrictions/windows/powershell/digests.json' with { type: 'json' };
import { allBut, allPortsBut } from '../../src/restrictions/windows/ranges.ts';
import { blockRules } from '../../src/restrictions/windows/rules.ts';
import { errorsIn, ofType, parseScript, tokensOf } from '../sources/powershell.ts';

// What cannot be run here is read.
const scripts = readdirSync(ACT_SCRIPTS).filter((name) => name.endsWith('.ps1'));
const textOf = (name: string) => readFileSync(join(ACT_SCRIPTS, name), 'utf8');
const CMDLETS = new Set(
  (
    'ConvertFrom-Json ConvertTo-Json ForEach-Object Get-CimInstance Get-NetFirewallProfile Get-NetFirewallRule ' +
    'New-NetFirewallRule Remove-NetFirewallRule Sort-Object Where-Object'
  ).split(' '),
);

describe('Windows’ scripts', () => {
  it('are those of the acts, with the digests that the agent is built with', () => {
    const ofActs = WINDOWS_ACTS.flatMap(({ does }) =>
      does.kind === 'command' && does.script ? [does.script.name] : [],
    );
    expect(ofActs.toSorted()).toEqual(scripts.toSorted());
    // After a change: node scripts/powershell-digests.ts
    expect(digests).toEqual(powershellDigests(scriptFolders.acts));
  });

  it.each(scripts)('%s is PowerShell 5.1, calls only what it may, and touches only what is Beadle’s', async (name) => {
    const text = textOf(name);
    const root = await parseScript(text);
    expect(text).toMatch(/^# [A-Z][\x20-\x7E\n]*\n$/);
    expect(errorsIn(root)).toEqual([]);
    expect(tokensOf(root).filter((token) => ['&&', '||', '??', '?.'].includes(token.trim()))).toEqual([]);
    expect(
      ofType(root, 'command_name')
        .map((node) => node.text)
        .filter((command) => !CMDLETS.has(command)),
    ).toEqual([]);
    expect(text).not.toMatch(/Invoke-Expression|Add-Type|ExecutionPolicy|Bypass|http|netsh/i);
    // Firewall rules are named by Beadle's group, or by names that were had from it.
    expect([...text.matchAll(/(Get|Remove)-NetFirewallRule (?!-Group|-Name \$(name|rule\.Name))/g)]).toEqual([]);
  });
});

describe('Windows’ firewall', () => {
  const numberOf = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const isIn = (spans: readonly string[], address: string) =>
    spans.some((span) => {
      const [first = '', last = ''] = span.split('-');
      return numberOf(first) <= numberOf(address) && numberOf(address) <= numberOf(last);
    });

  it('blocks every address but those that stay', () => {
    fc.assert(
      fc.property(fc.array(fc.ipV4(), { maxLength: 5 }), fc.ipV4(), (stay, other) => {
        const spans = allBut(4, stay);
        expect(isIn(spans, other)).toBe(!stay.includes(other));
        expect(stay.some((one) => isIn(spans, one))).toBe(false);
      }),
    );
  });

  it('writes whole networks and both families', () => {
    expect(allBut(4, ['192.0.2.0/24'])).toEqual(['0.0.0.0-192.0.1.255', '192.0.3.0-255.255.255.255']);
    expect(allBut(6, ['2001:db8::1'])[0]).toBe('0:0:0:0:0:0:0:0-2001:db8:0:0:0:0:0:0');
    expect(allBut(4, [])).toEqual(['0.0.0.0-255.255.255.255']);
    expect(allPortsBut([443, 0, 65_535])).toEqual(['1-442', '444-65534']);
  });

  it('leaves this machine, DHCP and the port of the server', () => {
    const rules = blockRules([{ address: '192.0.2.1', port: 443, agentOnly: false, udp: false }], false);
    for (const rule of rules.filter(({ addresses }) => addresses.length > 1))
      expect(
        isIn(
          rule.addresses.filter((one) => one.includes('.')),
          '127.0.0.1',
        ),
      ).toBe(false);
    expect(rules.filter(({ protocol }) => protocol === 'UDP').every(({ ports }) => ports?.includes('69-545'))).toBe(
      true,
    );
    expect(rules.filter(({ addresses }) => addresses.join() === '192.0.2.1').map(({ ports }) => ports)).toEqual([
      ['0-442', '444-65535'],
      ['0-442', '444-65535'],
    ]);
  });
});

describe('macOS', () => {
  it('drops what no rule before passes', () => {
    const anchor = anchorOf({
      reachable: [{ address: '192.0.2.1', port: 443, agentOnly: true, udp: false }],
      needsNames: false,
    });
    expect(anchor).toContain('pass out quick inet proto tcp to 192.0.2.1 port 443 user root\n');
    expect(anchor).not.toContain('port 53');
    expect(dropsAll(anchor)).toBe(true);
    expect(dropsAll(`${anchor}pass all\n`)).toBe(false);
    expect(dropsAll('')).toBe(false);
  });

  it('tells who is at the screen and whether it is locked', () => {
    const user = (uid: number, more = '') =>
      `<dict><key>kCGSSessionUserIDKey</key><integer>${uid}</integer>${more}</dict>`;
    const plist = (inside: string) =>
      `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n<dict>\n<key>IOConsoleUsers</key>\n<array>${inside}</array>\n</dict>\n</plist>`;
    const locked = '<key>CGSSessionScreenIsLocked</key><true/>';
    expect(peopleIn(plist(user(501, locked) + user(88)))).toEqual([{ uid: 501, isLocked: true }]);
    expect(peopleIn(plist(user(501)))).toEqual([{ uid: 501, isLocked: false }]);
    expect(peopleIn('nonsense')).toBeUndefined();
  });
});
