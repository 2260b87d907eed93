/** A part of the settings page: what is set, to what, and where it is changed. */
export interface SettingsSection {
  readonly id: string;
  readonly title: string;
  /** Where it is changed, in a sentence. */
  readonly where: string;
  readonly rows: readonly SettingsRow[];
}

export interface SettingsRow {
  readonly name: string;
  /** One line each; none where nothing is set. */
  readonly values: readonly string[];
  /** The key of beadle-server.yaml, where it is one. */
  readonly key?: string | undefined;
}

export const row = (name: string, value: string | null | readonly string[], key?: string): SettingsRow => ({
  name,
  values: value === null ? [] : typeof value === 'string' ? [value] : value,
  key,
});
