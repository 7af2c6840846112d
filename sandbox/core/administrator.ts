/** Calls of services from within the sandbox, by the administrator of an account: checked like those from outside. */
import { constraintsOf } from '../protocol/constraints.ts';
import { validateInput } from '../protocol/validate.ts';
import { AwsError, type AwsService } from '../service.ts';

export type AdministratorCall = (
  lane: { readonly account: string; readonly region: string },
  service: string,
  operation: string,
  input: unknown,
) => Promise<unknown>;

export const createAdministrator =
  (services: readonly AwsService[], nowMs: () => number): AdministratorCall =>
  async ({ account, region }, serviceName, operationName, input) => {
    const operation = services.find(({ name }) => name === serviceName)?.operations[operationName];
    if (operation === undefined)
      throw new AwsError('UnknownOperationException', `The sandbox has no ${serviceName}:${operationName}`);
    const constraints = constraintsOf(serviceName);
    if (constraints !== undefined) validateInput(constraints, operationName, input);
    const principalArn = `arn:aws:iam::${account}:user/sandbox`;
    return operation(input, { account, region, principalArn, nowMs: nowMs() });
  };
