/** The code of a function as Lambda lays it out: the zip's files, byte for byte, in a folder of their own. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { unzipSync } from 'fflate';

export interface FunctionCode {
  readonly dir: string;
  remove(): void;
}

/** @param codePath a zip, or a folder, which is used as it is */
export const unpackFunction = (codePath: string): FunctionCode => {
  if (statSync(codePath).isDirectory()) return { dir: codePath, remove: () => undefined };
  const dir = mkdtempSync(join(tmpdir(), 'selfheal-function-'));
  for (const [name, content] of Object.entries(unzipSync(readFileSync(codePath)))) {
    if (name.endsWith('/')) continue;
    const path = resolve(dir, name);
    if (!path.startsWith(dir + sep))
      throw new Error(`Cannot unpack ${codePath}: ${name} leads out of its folder. Package it again.`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
};
