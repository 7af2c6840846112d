/** Numbers as they are given on a command line. */
import { InvalidArgumentError } from 'commander';

/** 0 takes any free port. */
export const portNumber = (text: string): number => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('Expected a port: 0 to 65535 (0 takes any free one).');
};

export const positiveNumber = (text: string): number => {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError('Expected a number greater than 0.');
};
