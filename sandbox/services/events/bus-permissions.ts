/** Who from elsewhere may put events on a bus: PutPermission and RemovePermission change the bus's one policy. */
import type { PolicyDocument, PolicyStatement } from '../../iam/policy-document.ts';
import { statementsOf } from '../../iam/policy-document.ts';
import { parseResourcePolicy } from '../../iam/resource-policy.ts';
import { UnsupportedPolicy } from '../../iam/unsupported-policy.ts';
import { AwsError, type Operation } from '../../service.ts';
import { type BusRecord, type BusStore, busArn, placeOf } from './bus-store.ts';

interface PutInput {
  readonly EventBusName?: string;
  /** The whole policy, in place of the members below. */
  readonly Policy?: string;
  readonly Action?: string;
  readonly Principal?: string;
  readonly StatementId?: string;
  readonly Condition?: { readonly Type: string; readonly Key: string; readonly Value: string };
}

interface RemoveInput {
  readonly EventBusName?: string;
  readonly StatementId?: string;
  readonly RemoveAllPermissions?: boolean;
}

export const createPermissionOperations = (buses: BusStore): Readonly<Record<string, Operation>> => ({
  PutPermission: (input: PutInput, context) => {
    const bus = buses.bus(placeOf(input.EventBusName, context));
    setPolicy(buses, bus, input.Policy ?? withStatement(bus, statementOf(input, bus)));
  },
  RemovePermission: (input: RemoveInput, context) => {
    const bus = buses.bus(placeOf(input.EventBusName, context));
    const kept = statements(bus).filter(({ Sid }) => Sid !== input.StatementId);
    if (input.RemoveAllPermissions !== true && kept.length === statements(bus).length)
      throw new AwsError('ResourceNotFoundException', 'Statement with the provided id does not exist.');
    const isLast = input.RemoveAllPermissions === true || kept.length === 0;
    setPolicy(buses, bus, isLast ? undefined : documentText(kept));
  },
});

const statementOf = (input: PutInput, bus: BusRecord): PolicyStatement => {
  const { Action, Principal, StatementId, Condition } = input;
  if (Action === undefined || Principal === undefined || StatementId === undefined)
    throw new AwsError('ValidationException', 'Action, Principal and StatementId, or Policy, must be given.');
  return {
    Sid: StatementId,
    Effect: 'Allow',
    Principal: Principal === '*' ? '*' : { AWS: `arn:aws:iam::${Principal}:root` },
    Action,
    Resource: busArn(bus),
    ...(Condition && { Condition: { [Condition.Type]: { [Condition.Key]: Condition.Value } } }),
  };
};

const statements = ({ policy }: BusRecord): readonly PolicyStatement[] =>
  policy === undefined ? [] : statementsOf(JSON.parse(policy) as PolicyDocument);

const withStatement = (bus: BusRecord, statement: PolicyStatement): string =>
  documentText([...statements(bus).filter(({ Sid }) => Sid !== statement.Sid), statement]);

const documentText = (Statement: readonly PolicyStatement[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement });

const setPolicy = (buses: BusStore, { policy: _, ...bus }: BusRecord, policy: string | undefined): void => {
  if (policy !== undefined) checkPolicy(policy);
  buses.putBus(policy === undefined ? bus : { ...bus, policy });
};

const checkPolicy = (policy: string): void => {
  try {
    parseResourcePolicy(policy);
  } catch (error) {
    if (!(error instanceof UnsupportedPolicy)) throw error;
    throw new AwsError('ValidationException', error.message);
  }
};
