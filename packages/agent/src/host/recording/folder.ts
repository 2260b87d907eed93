import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BadRecording, type RecordedSource, readDocument, type RecordingDocument } from './document.ts';

/** Larger than anything a source may print. */
export const FILE_LIMIT_BYTES = 33_554_432;
const DOCUMENT = 'recording.json';
const DOCUMENT_LIMIT_BYTES = 1_048_576;

export interface RecordedOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Recording extends RecordingDocument {
  readonly outputs: ReadonlyMap<string, RecordedOutput>;
}

/** A recording comes from elsewhere: its names lead to plain files within its own folder and nowhere else. */
function refuseOutside(where: string, name: string): void {
  const parts = name.split('/');
  const isPlain = name !== '' && parts.every((part) => /^[\w.-]{1,120}$/.test(part) && !/^\.+$/.test(part));
  if (!isPlain)
    throw new BadRecording(`${where}: expected a file in the recording's folder, not ${JSON.stringify(name)}`);
}

function statOf(path: string) {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

/** By their byte order mark: Windows' redirection writes UTF-16. */
function decode(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le');
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

/** The text of a regular file within `folder`, none of whose parts is a link. */
function readWithin(folder: string, name: string, where: string, limit: number): string {
  refuseOutside(where, name);
  const parts = name.split('/');
  const paths = parts.map((_part, index) => join(folder, ...parts.slice(0, index + 1)));
  const stats = paths.map(statOf);
  if (stats.some((stat) => stat?.isSymbolicLink() === true))
    throw new BadRecording(`${where}: expected a file of the recording itself, and ${name} is a symbolic link`);
  const stat = stats.at(-1);
  if (stat === undefined) throw new BadRecording(`${where}: expected the file ${name}, which is not there`);
  if (!stat.isFile()) throw new BadRecording(`${where}: expected a regular file, and ${name} is none`);
  if (stat.size > limit)
    throw new BadRecording(`${where}: expected at most ${limit} bytes, and ${name} has ${stat.size}`);
  try {
    return decode(readFileSync(join(folder, name)));
  } catch (cause) {
    throw new BadRecording(`${where}: expected a file that you may read, and ${name} is none`, { cause });
  }
}

const outputOf = (folder: string, { file, exitCode, stderr }: RecordedSource, index: number): RecordedOutput => ({
  exitCode,
  stdout: readWithin(folder, file, `${DOCUMENT}: sources[${index}].file`, FILE_LIMIT_BYTES),
  stderr,
});

function documentIn(folder: string): RecordingDocument {
  const json = readWithin(folder, DOCUMENT, DOCUMENT, DOCUMENT_LIMIT_BYTES);
  try {
    return readDocument(json);
  } catch (error) {
    throw error instanceof BadRecording ? new BadRecording(`${DOCUMENT}: ${error.message}`, { cause: error }) : error;
  }
}

/** Reads and validates the recording in `folder`; throws `BadRecording` in words. */
export function openRecording(folder: string): Recording {
  const document = documentIn(folder);
  const outputs = document.sources.map((source, index) => [source.id, outputOf(folder, source, index)] as const);
  return { ...document, outputs: new Map(outputs) };
}
