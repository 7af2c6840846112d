/** What people call an account, where the policy says so. It only ever stands beside the id: names can lie. */
import type { Policy } from './policy.ts';

/** Of 100 in the subject of a message. */
export const ACCOUNT_NAME_CHARS_MAX = 32;

/**
 * Undefined where the policy has no name for it.
 *
 * @example
 * accountName({ accounts: { '222222222222': 'prod' } }, '222222222222') // 'prod'
 */
export const accountName = ({ accounts }: Pick<Policy, 'accounts'>, account: string): string | undefined =>
  accounts !== undefined && Object.hasOwn(accounts, account) ? accounts[account] : undefined;

/**
 * An account as lists and pages tell it.
 *
 * @example
 * accountText('222222222222', 'prod') // 'prod (222222222222)'
 */
export const accountText = (account: string, name: string | null | undefined): string =>
  name === null || name === undefined ? account : `${name} (${account})`;
