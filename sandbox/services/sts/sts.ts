/** STS: who am I, and may I act in that account. A role must exist and trust the caller. */
import { randomHex } from '../../core/random.ts';
import { accessKeyIdFor, writeSessionToken } from '../../core/session.ts';
import { authorize } from '../../iam/authorize.ts';
import { AwsError, type AwsService, type CallContext, type World } from '../../service.ts';
import { findRole, type Role } from '../../world/roles.ts';

interface AssumeRoleInput {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly DurationSeconds?: number;
  readonly ExternalId?: string;
}

export interface StsDeps {
  readonly world: World;
  /** Numbers in [0, 1). */
  readonly random: () => number;
}

const DURATION_DEFAULT_SECONDS = 3_600;

export const createStsService = ({ world, random }: StsDeps): AwsService => ({
  name: 'sts',
  operations: {
    GetCallerIdentity: (_input: unknown, context) => ({
      UserId: principalId(context.principalArn),
      Account: context.account,
      Arn: context.principalArn,
    }),
    AssumeRole: (input: AssumeRoleInput, context) => {
      const role = findRole(world, input.RoleArn);
      if (role === undefined || !mayAssume(world, input, context)) {
        // One answer for all, as AWS gives it: it does not tell which roles exist.
        throw new AwsError(
          'AccessDenied',
          `User: ${context.principalArn} is not authorized to perform: sts:AssumeRole on resource: ${input.RoleArn}`,
          403,
        );
      }
      return session(role, input, context.nowMs, random);
    },
  },
  dueAt: () => undefined,
  runDue: () => {},
});

const session = (role: Role, input: AssumeRoleInput, nowMs: number, random: () => number): unknown => {
  const principalArn = `arn:aws:sts::${role.account}:assumed-role/${role.name}/${input.RoleSessionName}`;
  const expiresMs = nowMs + (input.DurationSeconds ?? DURATION_DEFAULT_SECONDS) * 1_000;
  return {
    Credentials: {
      AccessKeyId: accessKeyIdFor(role.account, randomHex(random, 4)),
      SecretAccessKey: randomHex(random, 40),
      SessionToken: writeSessionToken({ principalArn, expiresMs }),
      Expiration: new Date(expiresMs),
    },
    AssumedRoleUser: { AssumedRoleId: principalId(principalArn), Arn: principalArn },
    PackedPolicySize: 0,
  };
};

/** The role's trust must allow it and, unless it names the caller within the account, the caller's own policies too. */
const mayAssume = (world: World, input: AssumeRoleInput, { principalArn }: CallContext): boolean =>
  authorize(world, {
    principalArn,
    action: 'sts:AssumeRole',
    resource: input.RoleArn,
    context: {
      'sts:RoleSessionName': input.RoleSessionName,
      ...(input.ExternalId === undefined ? {} : { 'sts:ExternalId': input.ExternalId }),
    },
  }).allowed;

const principalId = (principalArn: string): string => {
  const [kind = '', name = '', sessionName] = (principalArn.split(':')[5] ?? '').split('/');
  const id = Buffer.from(`${kind}${name}`).toString('hex').toUpperCase().padEnd(17, '0').slice(0, 17);
  return sessionName === undefined ? `AIDA${id}` : `AROA${id}:${sessionName}`;
};
