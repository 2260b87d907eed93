import SQLite from 'better-sqlite3';
import { join } from 'node:path';
import type {
  BreachEventTable,
  BreachFindingTable,
  BreachTable,
  FindingTable,
  JudgedStateTable,
  NoticeTable,
  UptimeTable,
} from '../../packages/server/src/db/schema.ts';
import type {
  AuthorisationEventTable,
  AuthorisationTable,
  IncidentTable,
} from '../../packages/server/src/db/schema-authorisations.ts';
import type { WithdrawalStepTable, WithdrawalTable } from '../../packages/server/src/db/schema-withdrawals.ts';
import type { DeviceOrderTable } from '../../packages/server/src/db/schema-orders.ts';

/** What a device was ordered, as the server has it. */
export type OrderSeen = DeviceOrderTable;
export type FindingRow = FindingTable & { readonly rowid: number };

interface Head {
  readonly device: string;
  readonly generation: number;
  readonly sequence: number;
  readonly link: string;
  readonly counter: number;
}

export interface RegisteredDevice {
  readonly id: string;
  readonly asset_tag: string;
  readonly server_key: string | null;
  readonly generation: number;
  /** JSON array. */
  readonly groups: string;
  readonly created_at: number;
  readonly enrolled_at: number | null;
  readonly last_contact_at: number | null;
  readonly state: string | null;
  readonly state_since: number | null;
  readonly quiet_until: number | null;
}

/** Looks into the server's database from outside, as somebody would who trusts nothing that the server says. */
export class Observer {
  readonly #sql: SQLite.Database;
  readonly #statements = new Map<string, SQLite.Statement>();

  constructor(folder: string) {
    this.#sql = new SQLite(join(folder, 'beadle.db'), { readonly: true });
  }

  #all<T>(query: string, ...parameters: unknown[]): T[] {
    const statement = this.#statements.get(query) ?? this.#sql.prepare(query);
    this.#statements.set(query, statement);
    return statement.all(...parameters) as T[];
  }

  key = (keyId: string) =>
    this.#all<{ device: string; revoked_at: number | null; counter: number }>(
      `select device, revoked_at, counter from device_keys join heads using (organisation, device, generation) where key_id = ?`,
      keyId,
    )[0];
  heads = () => this.#all<Head>('select * from heads order by device, generation');
  devices = () =>
    this.#all<RegisteredDevice>(
      `select id, asset_tag, server_key, generation, groups, created_at, enrolled_at, last_contact_at, state, state_since, quiet_until
       from devices order by asset_tag`,
    );
  uptime = () => this.#all<UptimeTable>('select * from uptime order by began_at');
  /** What the server itself has judged. */
  judged = () => this.#all<JudgedStateTable>('select * from judged_states order by device, rule');
  /** What became of breaches of silence, in order. */
  silences = () =>
    this.#all<BreachEventTable & { readonly device: string }>(
      `select breach_events.*, breaches.device from breach_events
       join breaches on breaches.organisation = breach_events.organisation and breaches.id = breach_events.breach
       where breaches.check_name = 'contact' order by breach_events.breach, breach_events.sequence`,
    );
  orders = (device: string) => this.#all<OrderSeen>('select * from device_orders where device = ? order by id', device);
  withdrawals = () => this.#all<WithdrawalTable>('select * from withdrawals order by ref');
  withdrawalSteps = () => this.#all<WithdrawalStepTable>('select * from withdrawal_steps order by id');
  authorisations = () => this.#all<AuthorisationTable>('select * from authorisations order by ref');
  authorisationEvents = () =>
    this.#all<AuthorisationEventTable>('select * from authorisation_events order by authorisation, sequence');
  incidents = () => this.#all<IncidentTable>('select * from incidents order by ref');
  enrolments = () =>
    this.#all<{ device: string; registered_at: number }>('select device, registered_at from device_keys');
  findings = () => this.#all<FindingRow>('select rowid, * from findings order by rowid');
  linkAt = (device: string, generation: number, sequence: number) =>
    this.#all<{ link: string }>(
      'select link from findings where device = ? and generation = ? and sequence = ?',
      device,
      generation,
      sequence,
    )[0]?.link;
  states = (device: string) =>
    this.#all<{ rule: string; subject: string; verdict: string; policy_version: string; since: number }>(
      'select rule, subject, verdict, policy_version, since from states where device = ? order by rule, subject',
      device,
    );
  breaches = () => this.#all<BreachTable>('select * from breaches order by opened_at, rowid');
  openRefs = () =>
    this.#all<{ ref: string }>("select ref from breaches where status <> 'closed' order by ref").map(({ ref }) => ref);
  events = () => this.#all<BreachEventTable>('select * from breach_events order by breach, sequence');
  breachFindings = () => this.#all<BreachFindingTable>('select * from breach_findings');
  notices = () => this.#all<NoticeTable>('select * from notices order by created_at, id');
  jobsLeft = () =>
    this.#all<{ kind: string; run_at: number; status: string }>(
      "select kind, run_at, status from jobs where status <> 'done'",
    );
  /** How much there is of everything: where that stays, nothing happens any more. */
  sizes = () =>
    this.#all(
      "select (select count(*) from findings) as findings, (select count(*) from breach_events) as events, (select count(*) from jobs where status <> 'done') as jobs",
    );
  policies = () =>
    this.#all<{ version: string; document: string; effective_at: number; uploaded_at: number }>(
      'select version, document, effective_at, uploaded_at from policies order by serial',
    );
  acts = () => this.#all<{ action: string; target: string }>('select action, target from audit');
  close = (): void => void this.#sql.close();
}
