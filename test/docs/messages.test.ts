/** docs/messages.md shows a message as selfheal writes it, and its machines' variant as the schema says. */
import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { compileEventPattern } from '../../sandbox/services/events/event-pattern.ts';
import { messageOf, payroll } from '../domain/message/samples.ts';
import { codeBlocks, readDoc } from './markdown.ts';

const shown = (language: string, name: string): string => {
  const found = codeBlocks('docs/messages.md').find(({ info }) => info[0] === language && info[1] === name);
  return found?.text.trimEnd() ?? '';
};
const message = messageOf(payroll());

it('shows the message as it is', () => {
  expect(shown('text', 'message')).toBe(message.text);
  expect(readDoc('docs/messages.md')).toContain(`\`${message.subject}\``);
});

it('shows the JSON as it is, and it is as the schema says', () => {
  expect(JSON.parse(shown('json', 'message'))).toEqual(message.facts);
  const validate = new Ajv({ strict: true }).compile(JSON.parse(readDoc('docs/message.schema.json')));
  expect(validate(JSON.parse(shown('json', 'message'))), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ version: 2, kind: 'x', subject: 'y' })).toBe(false);
});

it('shows a filter that finds it, and not another', () => {
  const wants = compileEventPattern(shown('json', 'filter'));
  expect(wants(message.attributes)).toBe(true);
  expect(wants({ ...message.attributes, severity: 'high' })).toBe(false);
});
