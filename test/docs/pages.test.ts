import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createProgram } from '../../cli/program.ts';
import { parsePolicy } from '../../domain/policy/parse-policy.ts';
import { OPERATORS } from '../../domain/policy/parse-test.ts';
import { formatProblem } from '../../domain/policy/policy-problem.ts';
import { allBlocks, codeBlocks, docFiles, prose, readDoc, root } from './markdown.ts';
import { silentIo } from './silent-io.ts';

/** As GitHub makes a heading's anchor. */
const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchors = (file: string): readonly string[] =>
  [...prose(readDoc(file)).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => anchorOf(heading ?? ''));

const links = (file: string): readonly string[] =>
  [...prose(readDoc(file)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target ?? '')
    .filter((target) => !/^https?:/.test(target));

const brokenLinks = (file: string): readonly string[] =>
  links(file).filter((target) => {
    const [path = '', anchor] = target.split('#');
    const to = path === '' ? file : normalize(join(dirname(file), path));
    if (!existsSync(join(root, to))) return true;
    return anchor !== undefined && !anchors(to).includes(anchor);
  });

/** Paths in back quotes that stand in one of our folders, but for those with a placeholder. */
const namedPaths = (file: string): readonly string[] =>
  [
    ...prose(readDoc(file)).matchAll(
      /`((?:domain|infra|handlers|cli|console|sandbox|test|docs|runbooks|bench)\/[^`\s]*)`/g,
    ),
  ]
    .map(([, path]) => path ?? '')
    .filter((path) => !/[*]|NAME|DIR/.test(path));

describe.each(docFiles())('%s', (file) => {
  it('links to pages and headings that are there', () => {
    expect(brokenLinks(file)).toEqual([]);
  });

  it('names files that are there', () => {
    expect(namedPaths(file).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('leaves nothing open and knows nothing of the machine it was written on', () => {
    const text = readDoc(file);
    expect(text).not.toMatch(/\b(?:TODO|FIXME|XXX|TBD)\b|lorem ipsum/i);
    expect(text).not.toMatch(/(?:^|[\s`('"])\/(?:work|tmp|home|root|Users)\//m);
  });
});

describe('policies in the docs', () => {
  const policies = allBlocks().filter(({ info }) => info[0] === 'yaml' && info[1] === 'policy');
  it.each(policies.map((block) => [`${block.file}:${block.line}`, block.text]))('%s is valid', (at, text) => {
    const parsed = parsePolicy(text, at);
    expect(parsed.ok ? [] : parsed.problems.map(formatProblem)).toEqual([]);
  });

  it('leaves no YAML unchecked', () => {
    const known = ['policy', 'policy-test', 'pipeline'];
    expect(allBlocks().filter(({ info }) => info[0] === 'yaml' && !known.includes(info[1] ?? ''))).toEqual(
      [],
    );
  });

  it('shows a mistake with exactly the message that it gives', () => {
    const [mistake, message] = ['check', 'problem'].map((kind) =>
      codeBlocks('docs/policy.md').find(({ info }) => info[0] === 'text' && info[1] === kind),
    );
    const parsed = parsePolicy(mistake?.text ?? '', 'policy.yml');
    expect(parsed.ok ? [] : parsed.problems.map(formatProblem)).toEqual([message?.text]);
  });

  it('has every operator in its table', () => {
    const text = readDoc('docs/policy.md');
    expect(OPERATORS.filter((operator) => !text.includes(`| \`${operator}\` |`))).toEqual([]);
  });
});

/** Jobs of GitHub or GitLab. */
const pipelines = allBlocks().filter(({ info }) => info[0] === 'yaml' && info[1] === 'pipeline');

/** What its steps run: `run` in GitHub's words, `script` in GitLab's. */
const commandsOf = (part: unknown): readonly string[] =>
  typeof part !== 'object' || part === null
    ? []
    : Object.entries(part).flatMap(([name, value]) =>
        name === 'run' || name === 'script' ? [value].flat().map(String) : commandsOf(value),
      );

describe('pipelines in the docs', () => {
  it.each(pipelines)('$file:$line runs selfheal', ({ text }) => {
    expect(commandsOf(parse(text)).filter((line) => line.startsWith('npx selfheal'))).toHaveLength(1);
  });
});

describe('commands in the docs', () => {
  const lines = [
    ...allBlocks()
      .filter(({ info }) => info[0] === 'sh')
      .flatMap(({ file, text }) => text.split('\n').map((line) => [file, line] as const)),
    ...pipelines.flatMap(({ file, text }) => commandsOf(parse(text)).map((line) => [file, line] as const)),
  ];

  it('are ones that selfheal has, with options that it knows', () => {
    const unknown = lines
      .filter(([, line]) => line.startsWith('npx selfheal'))
      .flatMap(([file, line]) => unknownIn(line).map((what) => `${file}: ${line}: ${what}`));
    expect(unknown).toEqual([]);
  });

  it('call npm scripts that are there', () => {
    const { scripts } = JSON.parse(readDoc('package.json'));
    const called = lines.flatMap(([, line]) =>
      [...line.matchAll(/npm (?:run )?(start|test|[a-z]+)/g)].map(([, name]) => name ?? ''),
    );
    expect(called.filter((name) => name !== 'ci' && !(name in scripts))).toEqual([]);
  });
});

/** Commander keeps to itself which subcommand is meant when none is named. */
const defaultBelow = (command: Command): unknown => Reflect.get(command, '_defaultCommandName');

const program = await createProgram(silentIo);

/** Walks down the subcommands that a line names, and looks its options up in the last one. */
const unknownIn = (line: string): readonly string[] => {
  const words = line.replace(/^npx selfheal\s*/, '').split(/\s+/);
  let command = program;
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    command = next;
  }
  command = command.commands.find((each) => each.name() === defaultBelow(command)) ?? command;
  if (command.commands.length > 0) return [`no such command below "${command.name()}"`];
  return words
    .filter((word) => word.startsWith('--'))
    .filter((word) => !command.options.some(({ long }) => long === word.split('=')[0]));
};
