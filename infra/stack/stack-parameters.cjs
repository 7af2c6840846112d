/**
 * Makes `osls deploy` able to begin. It begins with a stack of nothing but the bucket for the zips and gives that
 * stack the parameters of the whole one, and CloudFormation refuses parameters that a template does not declare.
 * This declares them there too, and says before anything is called what is wrong with them:
 * a name that does not exist, a value that is not allowed, one that does not go with another.
 */
const PROBLEMS = [
  {
    isThere: ({ ExternalId }) => ExternalId === '',
    what: 'it has no externalId: make one up (12 characters or more) and give hub and member stacks the same',
  },
  {
    isThere: ({ JwtIssuer, JwtAudience }) => JwtIssuer !== '' && JwtAudience === '',
    what: 'jwtIssuer needs jwtAudience: a token that was made for somebody else must not open the API',
  },
  {
    isThere: ({ JwtIssuer, ConsoleUrl }) => JwtIssuer === '' && ConsoleUrl !== '',
    what: 'consoleUrl needs jwtIssuer: without one nobody can sign in, and there are no pages',
  },
  {
    isThere: ({ Aggregator, OrganizationId }) => Aggregator === 'on' && OrganizationId === '',
    what: 'aggregator needs organizationId: it gathers from an organization',
  },
];

module.exports = class StackParameters {
  constructor(serverless) {
    this.serverless = serverless;
    this.hooks = {
      initialize: () => this.check(),
      'before:deploy:deploy': () => this.declare(),
    };
  }

  check() {
    const { commands, options } = this.serverless.processedInput;
    const command = commands.join(' ');
    // `osls rollback` without a time only lists them; with one it brings an older template and these parameters.
    const changes = command === 'deploy' || (command === 'rollback' && options.timestamp !== undefined);
    if (!changes) return;
    const { provider, resources } = this.serverless.service;
    const values = Object.fromEntries(
      provider.stackParameters.map((one) => [one.ParameterKey, one.ParameterValue]),
    );
    const what =
      unknownName(options.param ?? [], Object.keys(values)) ??
      PROBLEMS.find(({ isThere }) => isThere(values))?.what ??
      unfitValue(values, resources.Parameters);
    if (what === undefined) return;
    throw new this.serverless.classes.Error(
      `The hub cannot be deployed like this: ${what}.\nPass it as --param="name=value", or write it down in serverless.yml; infra/stack/hub/parameters.yml tells what each one is for.`,
      'SELFHEAL_PARAMETERS',
    );
  }

  declare() {
    const { provider, resources } = this.serverless.service;
    provider.coreCloudFormationTemplate.Parameters = resources.Parameters;
  }
};

/** osls passes over a name that it does not know, and a misspelt one would be deployed with its default. */
const unknownName = (given, parameterKeys) => {
  const names = parameterKeys.map(nameOnCommandLine);
  const unknown = given.map((text) => text.split('=')[0]).find((name) => !names.includes(name));
  return unknown && `there is no parameter ${unknown}; there are ${names.join(', ')}`;
};

/** CloudFormation would say the same, but after the zips were built and sent. */
const unfitValue = (values, declared) => {
  const key = Object.keys(values).find((one) => !fits(String(values[one]), declared[one]));
  if (key === undefined) return undefined;
  const { ConstraintDescription, AllowedValues } = declared[key];
  const expected = ConstraintDescription ?? `expected one of ${AllowedValues.join(', ')}`;
  return `${nameOnCommandLine(key)} is "${values[key]}": ${expected}`;
};

const fits = (value, { AllowedPattern, AllowedValues }) =>
  (AllowedPattern === undefined || new RegExp(`^(?:${AllowedPattern})$`).test(value)) &&
  (AllowedValues === undefined || AllowedValues.map(String).includes(value));

const nameOnCommandLine = (key) => key[0].toLowerCase() + key.slice(1);
