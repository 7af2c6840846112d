/** The fixtures of events, by name. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Event } from './mutations.ts';

const FOLDER = new URL('../fixtures/events/', import.meta.url);

export const fixtureNames = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''))
  .sort();

export const fixture = (name: string): Event =>
  JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as Event;

export const complianceFixtures = fixtureNames.filter((name) => name.startsWith('compliance-'));
