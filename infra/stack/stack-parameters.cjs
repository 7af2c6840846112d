/**
 * Makes `osls deploy` able to begin. It begins with a stack of nothing but the bucket for the zips and gives that
 * stack the parameters of the whole one, and CloudFormation refuses parameters that a template does not declare.
 * This declares them there too, and says before anything is called which of them does not go with which.
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
    const parameters = this.serverless.service.provider.stackParameters;
    const values = Object.fromEntries(parameters.map((one) => [one.ParameterKey, one.ParameterValue]));
    const problem = PROBLEMS.find(({ isThere }) => isThere(values));
    if (problem === undefined) return;
    throw new this.serverless.classes.Error(
      `The hub cannot be deployed like this: ${problem.what}.\nPass it as --param="name=value", or write it down in serverless.yml; infra/stack/hub/parameters.yml tells what each one is for.`,
      'SELFHEAL_PARAMETERS',
    );
  }

  declare() {
    const { provider, resources } = this.serverless.service;
    provider.coreCloudFormationTemplate.Parameters = resources.Parameters;
  }
};
