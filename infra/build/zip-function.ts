/** The zip of a function as Lambda takes it: its files and nothing of when or where they were packed. */
import { zipSync } from 'fflate';

/** @returns the same bytes for the same files, whatever their order, on whatever machine */
export const zipFunction = (files: Readonly<Record<string, Uint8Array>>): Uint8Array =>
  zipSync(
    Object.fromEntries(
      Object.keys(files)
        .sort()
        .map((name) => [name, [files[name] ?? new Uint8Array(), { attrs: READABLE, os: UNIX }]]),
    ),
    { level: 9, mtime: EPOCH },
  );

/** The first moment that a zip can name, in whatever time zone this runs: zips tell local time. */
const EPOCH = new Date(1980, 0, 1);
const UNIX = 3;
/** -rw-r--r--: Lambda reads as another user. */
const READABLE = 0o100644 << 16;
