import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Node } from 'web-tree-sitter';
import { powershellDigests } from '../../../../scripts/powershell-digests.ts';
import { WINDOWS_SOURCES } from '../../src/sources/windows.ts';
import digests from '../../src/sources/windows/powershell/digests.json' with { type: 'json' };
import { SCRIPTS_FOLDER } from '../../src/sources/windows/powershell.ts';
import { errorsIn, ofType, parseScript, tokensOf } from './powershell.ts';

const scripts = readdirSync(SCRIPTS_FOLDER).filter((name) => name.endsWith('.ps1'));
const textOf = (name: string) => readFileSync(join(SCRIPTS_FOLDER, name), 'utf8');
const RUNNING = ['collect.ps1', 'common.ps1'];

/** Cmdlets of PowerShell 5.1 that only read, or make objects in memory. */
const CMDLETS = new Set([
  'ConvertFrom-Json',
  'ConvertTo-Json',
  'ForEach-Object',
  'Get-CimInstance',
  'Get-NetFirewallProfile',
  'Invoke-CimMethod',
  'Join-Path',
  'New-Object',
  'Remove-TypeData',
  'Sort-Object',
  'Where-Object',
  'Write-Output',
]);
/** Methods of WMI that only tell. */
const CIM_METHODS = new Set(['GetConversionStatus', 'GetLockStatus', 'GetOwnerSid', 'GetDeviceProperties']);
/** Methods of .NET and COM: none of them writes, deletes or sends. */
const METHODS = new Set(
  (
    'AddArgument AddCommand Add BeginInvoke BeginStop CreateRunspace CreateUpdateSearcher Create ContainsKey Dispose ' +
    'EndInvoke Escape Exit GetAttribute GetElementsByTagName GetSubKeyNames GetType GetValue Invoke InvokeMember Item ' +
    'LoadXml Open OpenStandardOutput OpenSubKey ReadEvent ReadToEnd Replace Reverse Search SpecifyKind Split ' +
    'ToArray ToLowerInvariant ToString ToUniversalTime ToUpperInvariant ToXml Translate Trim TryParse WaitOne Write'
  ).split(' '),
);
const OBJECTS = /^(System\.|Microsoft\.Update\.(Session|AutoUpdate)$)/;
const AUTOMATIC = ['null', 'true', 'false', '_', 'psscriptroot', 'executioncontext', 'input'];

const namesOf = (root: Node) => ofType(root, 'command_name').map(({ text }) => text);
const functionsOf = (root: Node) => ofType(root, 'function_name').map(({ text }) => text);
const variableOf = ({ text }: Node) => text.replace(/^[$@]\{?(?:global:)?|\}$/g, '').toLowerCase();
const below = (root: Node, type: string) =>
  ofType(root, type)
    .flatMap((node) => ofType(node, 'variable'))
    .map(variableOf);

/** What follows a parameter such as `-MethodName`. */
const argumentsOf = (root: Node, parameter: string) =>
  ofType(root, 'command').flatMap(({ text }) =>
    [...text.matchAll(new RegExp(`-${parameter} ([^\\s]+)`, 'g'))].map(([, value = '']) => value),
  );

describe('the scripts of Windows’ sources', () => {
  it('are those that are declared, one for each source', () => {
    const declared = WINDOWS_SOURCES.map(({ reads }) => (reads.kind === 'script' ? reads.text : ''));
    expect(declared.toSorted()).toEqual(scripts.filter((name) => !RUNNING.includes(name)).toSorted());
    expect(WINDOWS_SOURCES.map(({ id }) => `${id.slice('windows/'.length)}.ps1`)).toEqual(declared);
  });

  it('have the digests that the agent is built with', () => {
    // After a change: node scripts/powershell-digests.ts
    expect(digests).toEqual(powershellDigests());
  });

  it('have a parameter where their source has one, and only there', () => {
    const takes = ({ reads }: (typeof WINDOWS_SOURCES)[number]) =>
      reads.kind === 'script' && reads.parameter !== undefined;
    const withParameter = scripts.filter((name) => /^param\(/m.test(textOf(name)));
    expect(withParameter).toEqual(
      WINDOWS_SOURCES.filter(takes)
        .map(({ id }) => `${id.slice(8)}.ps1`)
        .toSorted(),
    );
  });
});

describe.each(scripts)('%s', (name) => {
  const text = textOf(name);

  it('is text that every PowerShell 5.1 reads alike, and begins with what it is for', () => {
    // Without a byte order mark anything else would be read in the system's code page.
    expect(text).toMatch(/^# [A-Z][\x20-\x7E\n]*\n$/);
    expect(text.split('\n').filter((line) => line.length > 140)).toEqual([]);
  });

  it('is PowerShell 5.1', async () => {
    const root = await parseScript(text);
    expect(errorsIn(root)).toEqual([]);
    expect(tokensOf(root).filter((token) => ['&&', '||', '??', '?.'].includes(token.trim()))).toEqual([]);
  });

  it('calls only what reads', async () => {
    const root = await parseScript(text);
    const functions = new Set([...functionsOf(root), ...functionsOf(await parseScript(textOf('common.ps1')))]);
    expect(namesOf(root).filter((command) => !CMDLETS.has(command) && !functions.has(command))).toEqual([]);
    expect(argumentsOf(root, 'MethodName').filter((method) => !CIM_METHODS.has(method))).toEqual([]);
    expect(
      [...argumentsOf(root, 'TypeName'), ...argumentsOf(root, 'ComObject')].filter((type) => !OBJECTS.test(type)),
    ).toEqual([]);
    const methods = ofType(root, 'invokation_expression').flatMap((node) =>
      node.children.filter((child) => child.type === 'member_name').map((child) => child.text),
    );
    expect(methods.filter((method) => !METHODS.has(method))).toEqual([]);
    // Only its own piece of work is called by a variable.
    expect(ofType(root, 'command_name_expr').map((node) => node.text)).toEqual(name === 'common.ps1' ? ['$Body'] : []);
  });

  it('uses no variable that it has not set', async () => {
    const root = await parseScript(text);
    const common = name === 'common.ps1' ? root : await parseScript(textOf('common.ps1'));
    const globals = ofType(common, 'left_assignment_expression').flatMap((node) => ofType(node, 'variable'));
    const loops = ofType(root, 'foreach_statement').flatMap((node) =>
      node.children.filter((child) => child.type === 'variable'),
    );
    const set = new Set([
      ...AUTOMATIC,
      ...globals.filter((node) => node.text.startsWith('$global:')).map(variableOf),
      ...below(root, 'left_assignment_expression'),
      ...below(root, 'script_parameter'),
      ...loops.map(variableOf),
    ]);
    const used = ofType(root, 'variable').map(variableOf);
    expect(used.filter((variable) => !set.has(variable))).toEqual([]);
  });

  it('asks for no key, no network’s name and no message, and changes no setting of PowerShell', async () => {
    const words = tokensOf(await parseScript(text)).join(' ');
    expect(words).not.toMatch(/KeyProtector|RecoveryPassword|SSID|WindowTitle|\.\s*Message\b|ExecutionPolicy|Bypass/i);
    expect(text).not.toMatch(/netsh|manage-bde|quser|wmic|powershell\.exe|cmd\.exe|http/i);
  });

  it('says how to take an error, and hands on no text of one', async () => {
    const root = await parseScript(text);
    const caught = ofType(root, 'catch_clause').map((node) => node.text);
    expect(caught.filter((clause) => /\$_\.Exception|ToString|Write-/.test(clause) && name !== 'collect.ps1')).toEqual(
      [],
    );
  });
});

it.each(scripts.filter((name) => !RUNNING.includes(name)))('%s ends in one answer', async (name) => {
  const hashes = ofType(await parseScript(textOf(name)), 'hash_literal_expression').map(({ text }) => text);
  expect(hashes.filter((text) => /^@\{\s*(data|text) = /.test(text)).length).toBe(1);
});
