/**
 * Which part may know of which: dependencies point inwards, handlers, cli, console and sandbox to infra, and
 * infra to domain. Imports of types count too: a type is knowledge.
 */
const path = (...folders) => `^(${folders.join('|')})/`;
const PACKAGES = 'node_modules';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'domain-is-pure',
      comment:
        'domain/ is true whatever the cloud: it knows itself, hashing, and how to read YAML and shapes.',
      severity: 'error',
      from: { path: path('domain') },
      to: { pathNot: [path('domain'), '^(node:)?crypto$', `${PACKAGES}/(zod|yaml|uuid)/`] },
    },
    {
      name: 'infra-knows-domain',
      comment: 'infra/ holds the adapters behind the ports of domain/ and knows nothing of who uses them.',
      severity: 'error',
      from: { path: path('infra') },
      to: { pathNot: [path('infra', 'domain'), `${PACKAGES}/`], dependencyTypesNot: ['core'] },
    },
    {
      name: 'handlers-know-infra',
      comment:
        'A handler decodes, calls and returns: it needs infra/ and domain/, and console/ where what comes is HTTP.',
      severity: 'error',
      from: { path: path('handlers') },
      to: {
        pathNot: [path('handlers', 'infra', 'domain', 'console'), `${PACKAGES}/`],
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'handlers-are-entrances',
      comment: 'Only what plays the part of Lambda calls handlers: the local service, the sandbox, tests.',
      severity: 'error',
      from: { pathNot: path('handlers', 'cli', 'sandbox', 'bench', 'test') },
      to: { path: path('handlers') },
    },
    {
      name: 'sandbox-stands-alone',
      comment: 'The sandbox is an AWS account: it does not know the tools that people use on it.',
      severity: 'error',
      from: { path: path('sandbox') },
      to: { path: path('cli', 'console', 'bench', 'test') },
    },
    {
      name: 'nothing-knows-tests',
      comment: 'What only tests need is no part of the product.',
      severity: 'error',
      from: { pathNot: path('test', 'bench') },
      to: { path: path('test', 'bench') },
    },
    {
      name: 'console-is-served',
      comment: 'The console answers HTTP; who starts it is not its business.',
      severity: 'error',
      from: { path: path('console') },
      to: { path: path('cli') },
    },
    {
      name: 'no-cycles',
      comment:
        'Two modules that need each other are one module. Types alone may go round: nothing runs then.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      comment: 'A module that nothing uses and that uses nothing is left over.',
      severity: 'error',
      // What osls loads by name from serverless.yml imports nothing.
      from: {
        orphan: true,
        path: path('domain', 'infra', 'handlers', 'cli', 'console', 'sandbox'),
        pathNot: '^infra/stack/stack-parameters\\.cjs$',
      },
      to: {},
    },
    {
      name: 'nothing-unresolved',
      comment: 'An import that is not found hides from every rule above.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: PACKAGES },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
