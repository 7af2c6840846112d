import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvents, readLines } from '../../console/read-events.ts';

describe('readEvents', () => {
  it('finds one event, however it is laid out', () => {
    expect(readEvents('\n\n{\n  "a": 1\n}\n')).toEqual([{ line: 3, text: '{\n  "a": 1\n}' }]);
  });

  it('tells on which line each event of an array begins', () => {
    const text = '[\n  {"a": "]},["},\n\n  {"b": [1, {"c": "\\""}]},\n  7, "x"\n]';
    expect(readEvents(text)).toEqual([
      { line: 2, text: '{"a": "]},["}' },
      { line: 4, text: '{"b": [1, {"c": "\\""}]}' },
      { line: 5, text: '7' },
      { line: 5, text: '"x"' },
    ]);
  });

  it('reads NDJSON by lines, skips blank ones and keeps bad ones in their place', () => {
    expect(readEvents('{"a":1}\r\n\r\nnot json\n{"b":2}')).toEqual([
      { line: 1, text: '{"a":1}' },
      { line: 3, text: 'not json' },
      { line: 4, text: '{"b":2}' },
    ]);
  });

  it('takes a document that was cut off as one bad event', () => {
    expect(readEvents('[\n{"a":1},\n{"b":2}\n')).toHaveLength(1);
    expect(readEvents('{\n  "a": 1,\n  "b":')).toHaveLength(1);
  });

  it('does not mind a byte order mark', () => {
    expect(readEvents('\uFEFF{"a":1}')).toEqual([{ line: 1, text: '{"a":1}' }]);
    expect(readLines('\uFEFF{"a":1}\n')).toEqual([{ line: 1, text: '{"a":1}' }]);
  });

  it('finds nothing in nothing', () => {
    expect(readEvents(' \n\t')).toEqual([]);
    expect(readEvents('[]')).toEqual([]);
  });

  it('gives back every element of any array', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { minLength: 1 }),
        fc.constantFrom(undefined, 2),
        (values, indent) => {
          const found = readEvents(JSON.stringify(values, null, indent)).map(({ text }) => JSON.parse(text));
          expect(found).toEqual(JSON.parse(JSON.stringify(values)));
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });

  it('never throws, and every line it names is in the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', ',', '\\', '\n', 'a', '1', ' ') }),
        (text) => {
          const lines = text.split('\n').length;
          for (const { line } of readEvents(text)) expect(line >= 1 && line <= lines).toBe(true);
        },
      ),
      { seed: 7, numRuns: 1_000 },
    );
  });
});
