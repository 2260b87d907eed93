/** Four bytes for three of a desired state of fifty long notices, and room; longer lines are dropped, not held. */
const LONGEST_LINE = 1_048_576;

function documentIn(line: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'document' in value && typeof value.document === 'string'
      ? value.document
      : undefined;
  } catch {
    return undefined;
  }
}

/** Takes the bytes of a stream and hands on the document of each line that has one; an empty line says that it lives. */
export function createDocumentLines(onDocument: (jws: string) => void): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest = '';
  let isTooLong = false;
  return (chunk) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const jws = isTooLong ? undefined : documentIn(line);
      isTooLong = false;
      if (jws !== undefined) onDocument(jws);
    }
    if (rest.length > LONGEST_LINE) {
      rest = '';
      isTooLong = true;
    }
  };
}
