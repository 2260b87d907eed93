import { describe, expect, it } from 'vitest';
import { inventoryDocument, privacyDocument, readInventory, readPrivacy } from '../../scripts/data-inventory.ts';

describe('docs/data-inventory.md', () => {
  it('is what the tables and their schemas say: node scripts/data-inventory.ts writes it', async () => {
    expect(readInventory()).toBe(await inventoryDocument());
  });

  it('gives docs/privacy.md its times', () => {
    expect(readPrivacy()).toBe(privacyDocument(readPrivacy()));
  });
});
