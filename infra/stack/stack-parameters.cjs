/**
 * Makes `osls deploy` able to begin. It begins with a stack of nothing but the bucket for the zips, gives that
 * stack the parameters of the whole one, and CloudFormation refuses parameters that a template does not declare.
 * This declares them there too, and says before anything is called which of them is missing.
 */
const REQUIRED = { externalId: 'ExternalId' };

module.exports = class StackParameters {
  constructor(serverless) {
    this.serverless = serverless;
    this.hooks = {
      'before:deploy:deploy': () => this.declare(),
      initialize: () => this.requireWhatIsNeeded(),
    };
  }

  declare() {
    const { provider, resources } = this.serverless.service;
    if (provider.coreCloudFormationTemplate !== undefined)
      provider.coreCloudFormationTemplate.Parameters = resources.Parameters;
  }

  requireWhatIsNeeded() {
    if (this.serverless.processedInput.commands[0] !== 'deploy') return;
    const values = this.serverless.service.provider.stackParameters;
    for (const [param, key] of Object.entries(REQUIRED)) {
      const given = values.find(({ ParameterKey }) => ParameterKey === key)?.ParameterValue;
      if (given === undefined || given === '')
        throw new this.serverless.classes.Error(
          `The hub cannot be deployed without ${param}. Say which: --param="${param}=…". infra/stack/hub/parameters.yml tells what it is for.`,
        );
    }
  }
};
