const LONGEST_KEPT_LINE = 65_536;

/** Takes chunks of text and hands on whole lines; a line longer than `limit` characters is dropped, not held. */
export function createLineSplitter(limit: number, onLine: (line: string) => void) {
  let rest = '';
  let skipping = false;
  const take = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!skipping && line.length <= limit) onLine(line);
      skipping = false;
    }
    if (rest.length > limit) {
      rest = '';
      skipping = true;
    }
  };
  return {
    take,
    end: () => {
      if (rest !== '') take('\n');
    },
  };
}

/** Collects what both streams bring; each says `false` once there is more than `limit` bytes. */
export function createOutput(limit: number, keepLines: RegExp | undefined) {
  const text = { stdout: '', stderr: '' };
  let bytes = 0;
  const keep = (stream: 'stdout' | 'stderr', chunk: string) => {
    bytes += Buffer.byteLength(chunk);
    if (bytes <= limit) text[stream] += chunk;
    return bytes <= limit;
  };
  const lines = createLineSplitter(LONGEST_KEPT_LINE, (line) => {
    if (keepLines?.test(line) === true) keep('stdout', `${line}\n`);
  });
  return {
    stdout(chunk: string): boolean {
      if (keepLines === undefined) return keep('stdout', chunk);
      lines.take(chunk);
      return bytes <= limit;
    },
    stderr: (chunk: string): boolean => keep('stderr', chunk),
    end: () => {
      lines.end();
      return text;
    },
  };
}

/** Hands on whole lines of standard output, dropping any longer than `longest` characters, and keeps standard error. */
export function createLines(longest: number, errorLimit: number, onLine: (line: string) => void) {
  const errors = createOutput(errorLimit, undefined);
  const lines = createLineSplitter(longest, onLine);
  return {
    stdout(chunk: string): boolean {
      lines.take(chunk);
      return true;
    },
    stderr: errors.stderr,
    end: () => {
      lines.end();
      return errors.end();
    },
  };
}
