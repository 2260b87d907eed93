import type { ActiveDirectorySettings } from '../../../settings-connectors.ts';
import type { TestLine } from '../../connector.ts';
import type { Open } from './connect.ts';
import { type Directory, nameOfDn } from './directory.ts';

/** Kerberos refuses more (https://learn.microsoft.com/windows-server/identity, "Maximum tolerance for computer clock synchronization"). */
const MOST_SKEW_MS = 5 * 60_000;
/** Of which it is looked at whether they may be disabled. */
const MOST_LOOKED_AT = 50;

interface Deps {
  readonly open: Open;
  readonly now: () => number;
}
type Settings = Pick<ActiveDirectorySettings, 'servers' | 'facilities' | 'base'>;

const line = (what: string, ok: boolean, detail: string): TestLine => ({ what, ok, detail: ok ? '' : detail });

function clockLine({ where, clock }: Directory, now: number): TestLine {
  const skew = clock === null ? Number.POSITIVE_INFINITY : Math.abs(clock - now);
  const seconds = Number.isFinite(skew) ? `${Math.round(skew / 1000)} seconds from this machine's` : 'not to be read';
  return line(`${where}: its clock`, skew <= MOST_SKEW_MS, `It is ${seconds}: set both by the council's time server.`);
}

async function groupLines(directory: Directory, { facilities }: Settings): Promise<TestLine[]> {
  const lines: TestLine[] = [];
  for (const [facility, { groups }] of facilities)
    for (const dn of groups) {
      const group = await directory.groupAt(dn);
      const may = group !== undefined && (await directory.changeable(group.guid)).has('member');
      const detail =
        group === undefined
          ? `There is no group ${dn}.`
          : "Beadle's account may not write member: see docs/connectors.md.";
      lines.push(line(`${directory.where}: may change the group ${nameOfDn(dn)} (${facility})`, may, detail));
    }
  return lines;
}

async function accountLines(directory: Directory, { facilities, base }: Settings): Promise<TestLine[]> {
  const disables = [...facilities.values()].some(({ disableAccount }) => disableAccount);
  const accounts = (await directory.someAccounts(MOST_LOOKED_AT)).filter(({ sid }) => !directory.own.has(sid));
  const { where } = directory;
  const lines = [line(`${where}: accounts under ${base}`, accounts.length > 0, 'There is none: look at base.')];
  if (!disables || accounts.length === 0) return lines;
  const refused: string[] = [];
  for (const { guid, name } of accounts)
    if (!(await directory.changeable(guid)).has('useraccountcontrol')) refused.push(name);
  const detail = `Beadle's account may not write userAccountControl of ${refused.length} of the ${accounts.length} that were looked at, such as ${refused[0] ?? ''}: see docs/connectors.md.`;
  return [...lines, line(`${where}: may disable accounts`, refused.length === 0, detail)];
}

async function linesOf(directory: Directory, settings: Settings, now: number) {
  return {
    where: directory.where,
    controllers: await directory.controllers(),
    lines: [
      clockLine(directory, now),
      ...(await groupLines(directory, settings)),
      ...(await accountLines(directory, settings)),
    ],
  };
}

function unaskedLine(
  asked: readonly { where: string; controllers: readonly string[] }[],
  isWhole: boolean,
): TestLine[] {
  if (asked.length === 0) return [];
  const names = new Set(asked.map(({ where }) => where.toLowerCase()));
  const unasked = new Set(
    asked.flatMap(({ controllers }) => controllers).filter((one) => !names.has(one.toLowerCase())),
  );
  const what = 'every writable domain controller is named in servers';
  if (unasked.size === 0) return [line(what, true, '')];
  const list = [...unasked].join(', ');
  return [line(what, false, isWhole ? `Not named: ${list}.` : `Not named, or not to be reached: ${list}.`)];
}

type Asked = Awaited<ReturnType<typeof linesOf>>;

/** What failed once it was open is a line too: the other controllers are still looked at. */
async function ask(url: string, { open, now }: Deps, settings: Settings, signal: AbortSignal) {
  const reached = `${url}: reached by TLS, and let in`;
  try {
    const opened = await open(url, signal, (directory) => linesOf(directory, settings, now()));
    return opened.open
      ? { asked: [opened.value], lines: [line(reached, true, ''), ...opened.value.lines] }
      : { asked: [], lines: [line(reached, false, opened.why)] };
  } catch (error) {
    signal.throwIfAborted();
    return { asked: [], lines: [line(`${url}: read`, false, error instanceof Error ? error.message : String(error))] };
  }
}

/** Each controller: reached by TLS, let in, its clock, and what Beadle's account may change. Changes nothing. */
export async function testDirectory(deps: Deps, settings: Settings, signal: AbortSignal): Promise<TestLine[]> {
  const asked: Asked[] = [];
  const lines: TestLine[] = [];
  for (const url of settings.servers) {
    const answer = await ask(url, deps, settings, signal);
    asked.push(...answer.asked);
    lines.push(...answer.lines);
  }
  return [...lines, ...unaskedLine(asked, asked.length === settings.servers.length)];
}
