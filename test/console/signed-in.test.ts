import { describe, expect, it } from 'vitest';
import { claimedName, identityOfClaims } from '../../console/identity/claims.ts';
import { identityOfArn, type SignedInOptions } from '../../console/signed-in.ts';
import { decide } from '../../domain/case/case-machine.ts';
import { samePerson } from '../../domain/person.ts';
import { aCase, moment, observations } from '../support/cases.ts';

const HUB = { hubAccount: '222222222222' };
const nameOfArn = (arn: string, options: Pick<SignedInOptions, 'hubAccount' | 'sessionNameRoles'>) =>
  identityOfArn(arn, options)?.name;
const assumed = (role: string, session: string, account = '222222222222') =>
  `arn:aws:sts::${account}:assumed-role/${role}/${session}`;

describe('the name behind a signature', () => {
  it("is an Identity Center user's, whatever role was given to them", () => {
    for (const role of ['AWSReservedSSO_Oncall_0a1b2c3d4e5f6071', 'AWSReservedSSO_Admin_ffffffffffffffff'])
      expect(nameOfArn(assumed(role, 'ada@example.com'), HUB)).toBe('ada@example.com');
  });

  it("is an IAM user's, without the path it lies in", () => {
    expect(nameOfArn('arn:aws:iam::222222222222:user/team/ada', HUB)).toBe('ada');
  });

  it('is that of the role where people choose the name of their session themselves: nobody counts twice', () => {
    const names = ['ada', 'grace', 'x'].map((session) => nameOfArn(assumed('Deploy', session), HUB));
    expect(new Set(names)).toEqual(new Set(['role deploy']));
    expect(nameOfArn(assumed('Deploy', 'ada'), { ...HUB, sessionNameRoles: ['Deploy'] })).toBe('ada');
  });

  it.each([
    ['another account', assumed('AWSReservedSSO_Oncall_1', 'ada', '999999999999')],
    ['the root user', 'arn:aws:iam::222222222222:root'],
    ['a federated user, who chose the name', 'arn:aws:sts::222222222222:federated-user/ada'],
    ['a role that nobody has assumed', 'arn:aws:sts::222222222222:assumed-role/Deploy'],
    ['no ARN', 'ada'],
  ])('is nobody for %s', (_, arn) => {
    expect(nameOfArn(arn, HUB)).toBeUndefined();
  });
});

describe('the role behind a signature', () => {
  it('is the one that was assumed; a user has none', () => {
    expect(identityOfArn(assumed('AWSReservedSSO_Oncall_0a1b', 'Ada@example.com'), HUB)).toEqual({
      name: 'ada@example.com',
      claims: [],
      role: 'AWSReservedSSO_Oncall_0a1b',
    });
    expect(identityOfArn('arn:aws:iam::222222222222:user/ada', HUB)).toEqual({ name: 'ada', claims: [] });
  });
});

describe('the groups in a token', () => {
  const options = { groupsClaim: 'cognito:groups' };

  it.each([
    ['a list', ['sre', 'oncall'], ['sre', 'oncall']],
    ['one text', 'sre oncall', ['sre oncall']],
    ['nothing', undefined, []],
    ['what is no text', [7, null, '', { a: 1 }, 'sre'], ['sre']],
  ])('are %s', (_, claim, claims) => {
    expect(identityOfClaims({ sub: 'Ada', 'cognito:groups': claim }, options)).toEqual({
      name: 'ada',
      claims,
    });
  });

  it('are nobody’s when the name is none that can decide', () => {
    for (const sub of ['selfheal', '', 'a\u202eb', undefined, 5])
      expect(identityOfClaims({ sub, 'cognito:groups': ['sre'] }, options)).toBeUndefined();
  });
});

describe('the name in a token', () => {
  it('is an address only when the provider has verified it, else the subject', () => {
    const claims = { sub: '1f0c', email: 'ada@example.com', preferred_username: 'grace' };
    expect(claimedName({ ...claims, email_verified: 'true' })).toBe('ada@example.com');
    for (const email_verified of [undefined, 'false', '', 'yes'])
      expect(claimedName({ ...claims, email_verified })).toBe('1f0c');
    expect(claimedName({ email: 'ada@example.com' })).toBeUndefined();
  });

  it('is the claim that the deployment names, and nobody without it', () => {
    expect(claimedName({ sub: '1f0c', 'cognito:username': 'ada' }, 'cognito:username')).toBe('ada');
    expect(claimedName({ sub: '1f0c', groups: ['a'] }, 'groups')).toBeUndefined();
  });
});

describe('one person', () => {
  it('who comes by two doors decides once', () => {
    const given = observations.decided.decision;
    const waiting = aCase('awaiting-approval', { decisions: [given] });
    const again = { kind: 'decided', decision: { ...given, who: `${given.who}@example.com` } } as const;
    expect(decide(waiting, again, moment())).toMatchObject({ kind: 'refused', code: 'already-decided' });
  });

  it('is the same with and without the domain behind the name', () => {
    expect(samePerson('ada', 'ada@example.com')).toBe(true);
    expect(samePerson('ada@example.com', 'ada@example.org')).toBe(true);
    expect(samePerson('ada@example.com', 'Ada+2@example.com')).toBe(true);
    expect(samePerson('ada+1', 'ada+2@example.com')).toBe(true);
    expect(samePerson('ada', 'grace@example.com')).toBe(false);
    expect(samePerson('role deploy', 'deploy')).toBe(false);
  });
});
