import { createHash } from 'node:crypto';
import type { Row, Table } from './tables.ts';

/** What a table holds, in a form that does not depend on the order of its rows. */
export interface Sum {
  readonly rows: number;
  /** Hexadecimal. */
  readonly digest: string;
}

const SIZE = 32;

/**
 * Adds up rows: how many, and the exclusive or of each one's SHA-256. Databases sort text differently, and no two rows of
 * a table are the same, so that none cancels another out.
 */
export class Summing {
  #rows = 0;
  readonly #digest = Buffer.alloc(SIZE);

  add({ columns }: Table, rows: readonly Row[]): void {
    for (const row of rows) {
      const values = columns.map((column) => {
        const value = row[column];
        return value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('base64') } : value;
      });
      const hash = createHash('sha256').update(JSON.stringify(values)).digest();
      for (let at = 0; at < SIZE; at += 1) this.#digest.writeUInt8(this.#digest.readUInt8(at) ^ hash.readUInt8(at), at);
    }
    this.#rows += rows.length;
  }

  get sum(): Sum {
    return { rows: this.#rows, digest: this.#digest.toString('hex') };
  }
}
