/** What people call their accounts, as the policy says it. */
import * as z from '../zod.ts';
import { ACCOUNT_NAME_CHARS_MAX } from './account-name.ts';
import { described } from './schema-parts.ts';

const ID_EXPECTED = {
  error: 'the 12 digits of an account, in quotes: without them YAML drops leading zeros in other tools',
};
const accountId = z.string(ID_EXPECTED).check(z.regex(/^\d{12}$/, ID_EXPECTED));

const NAME_EXPECTED = {
  error: `a name of 1 to ${ACCOUNT_NAME_CHARS_MAX} characters, such as prod: text on one line, in quotes where it looks like a number, and no account's id`,
};
const accountName = z
  .string(NAME_EXPECTED)
  .check(
    z.regex(
      new RegExp(`^(?!\\s)(?!\\d{12}$)[^\\p{C}\\p{Zl}\\p{Zp}]{1,${ACCOUNT_NAME_CHARS_MAX}}(?<!\\s)$`, 'u'),
      NAME_EXPECTED,
    ),
  );

export const accounts = described(
  z.record(accountId, accountName, { error: 'a mapping from ids of accounts, in quotes, to their names' }),
  'What you call your accounts: a short name for the id of each. Messages, pages and lists show it beside the id.',
);
