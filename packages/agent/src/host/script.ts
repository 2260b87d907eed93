import type { Request, SourceResult } from './host.ts';
import { unreadable } from './host.ts';
import type { Exec } from './exec.ts';
import { unfitIn } from './script-files.ts';
import type { ScriptRunner } from './source.ts';

/** Requests by what answers them together. */
export function byRunner(requests: readonly Request[]): Map<ScriptRunner, Request[]> {
  const groups = new Map<ScriptRunner, Request[]>();
  for (const request of requests) {
    const { reads } = request.source;
    if (reads.kind === 'script') groups.set(reads.runner, [...(groups.get(reads.runner) ?? []), request]);
  }
  return groups;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line.replace(/^\uFEFF/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

/** A failed piece is an answer with exit code 1 and its codes on standard error: so it can be recorded, too. */
function resultOf(answer: Fields, limit: number): SourceResult | undefined {
  if (answer['ok'] === false) {
    const codes = [answer['error'], answer['hresult']].filter((code) => typeof code === 'string');
    return { kind: 'output', exitCode: 1, stdout: '', stderr: codes.join(' ').slice(0, 500) };
  }
  const told = answer['text'] ?? answer['data'];
  if (answer['ok'] !== true || told === undefined) return undefined;
  const stdout = typeof answer['text'] === 'string' ? answer['text'] : JSON.stringify(told);
  return Buffer.byteLength(stdout) > limit
    ? unreadable('output-too-large')
    : { kind: 'output', exitCode: 0, stdout, stderr: '' };
}

/** Failed with a code, as if the piece had said so itself. */
const failed = (code: string): SourceResult => ({ kind: 'output', exitCode: 1, stdout: '', stderr: code });

/** What becomes of a piece that has left no line. */
function unanswered(end: SourceResult, refused: RegExp | undefined): SourceResult {
  if (end.kind === 'output' && refused?.test(end.stderr) === true) return failed('ScriptBlocked');
  if (end.kind === 'unreadable') return end;
  return end.exitCode === 0 ? unreadable('source-failed', 'the script gave no answer to this') : { ...end, stdout: '' };
}

/**
 * Runs one process for all requests of one runner whose scripts are as they should be. A piece that was answered stays
 * answered, however it ended.
 */
export async function readScript(exec: Exec, runner: ScriptRunner, requests: readonly Request[]) {
  const results = new Map<string, SourceResult>(await unfitIn(runner, requests));
  const fit = requests.filter(({ source }) => !results.has(source.id));
  if (fit.length === 0) return results;
  const limits = new Map(fit.map(({ source }) => [source.id, source.outputLimitBytes]));
  let hindered: string | undefined;
  const end = await exec.runScript(runner, fit, (line) => {
    const answer = fieldsOf(line);
    if (typeof answer?.['hindered'] === 'string') hindered = answer['hindered'].slice(0, 100);
    const id = answer?.['id'];
    const limit = typeof id === 'string' ? limits.get(id) : undefined;
    if (answer === undefined || typeof id !== 'string' || limit === undefined) return undefined;
    const result = resultOf(answer, limit);
    if (result !== undefined) results.set(id, result);
    return id;
  });
  for (const id of limits.keys())
    if (!results.has(id)) results.set(id, hindered === undefined ? unanswered(end, runner.refused) : failed(hindered));
  return results;
}
