/**
 * The session of its role that Lambda gives a function, and works with itself when it polls a queue for it.
 * Lambda renews it before it runs out, so that here it never does.
 */
import { accessKeyIdFor, writeSessionToken } from '../core/session.ts';
import type { FunctionRecord } from './records.ts';

/** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/FUNCTION` */
export const rolePrincipal = ({ roleArn, name }: Pick<FunctionRecord, 'roleArn' | 'name'>): string => {
  const [, , , , account = '', resource = ''] = roleArn.split(':');
  return `arn:aws:sts::${account}:assumed-role/${resource.slice(resource.lastIndexOf('/') + 1)}/${name}`;
};

export const sessionCredentials = (record: FunctionRecord) => ({
  accessKeyId: accessKeyIdFor(record.account, 'FNCT'),
  secretAccessKey: 'sandbox',
  sessionToken: writeSessionToken({
    principalArn: rolePrincipal(record),
    expiresMs: Number.MAX_SAFE_INTEGER,
  }),
});
