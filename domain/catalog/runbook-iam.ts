/**
 * What a catalog file must say of the IAM actions that can hand on more rights than they name: to whom a role is
 * passed, which roles are made. Without it nobody could narrow them, and a runbook's role could become any role.
 */

export interface RunbookIam {
  readonly parameters: readonly { readonly name: string }[];
  readonly 'iam-actions': readonly string[];
  readonly 'pass-roles'?:
    | readonly ({ readonly service: string } & ({ readonly parameter: string } | { readonly role: string }))[]
    | undefined;
  readonly 'service-linked-roles'?: readonly string[] | undefined;
  readonly 'creates-roles'?: readonly string[] | undefined;
}

interface IamProblem {
  readonly path: (string | number)[];
  readonly message: string;
}

/** Actions, and the key that says for which roles they are. One without the other is a problem. */
const KEY_OF_ACTION = [
  ['iam:PassRole', 'pass-roles'],
  ['iam:CreateServiceLinkedRole', 'service-linked-roles'],
  ['iam:CreateRole', 'creates-roles'],
] as const;

export const iamProblems = (file: RunbookIam): readonly IamProblem[] => [
  ...KEY_OF_ACTION.flatMap(([action, key]) => unpaired(file, action, key)),
  ...repeatedActions(file),
  ...unknownParameters(file),
];

const unpaired = (
  file: RunbookIam,
  action: string,
  key: (typeof KEY_OF_ACTION)[number][1],
): readonly IamProblem[] => {
  const hasAction = file['iam-actions'].includes(action);
  if (hasAction === (file[key] !== undefined)) return [];
  return hasAction
    ? [{ path: ['iam-actions'], message: `expected ${key} to say for which roles ${action} is` }]
    : [{ path: [key], message: `expected ${action} among the iam-actions, or no ${key}` }];
};

const repeatedActions = ({ 'iam-actions': actions }: RunbookIam): readonly IamProblem[] =>
  actions.flatMap((action, index) =>
    actions.indexOf(action) === index
      ? []
      : [
          {
            path: ['iam-actions', index],
            message: `expected each action once, but ${action} is there twice`,
          },
        ],
  );

const unknownParameters = (file: RunbookIam): readonly IamProblem[] => {
  const names = new Set(file.parameters.map(({ name }) => name));
  return (file['pass-roles'] ?? []).flatMap((passed, index) =>
    'parameter' in passed && !names.has(passed.parameter)
      ? [
          {
            path: ['pass-roles', index, 'parameter'],
            message: `expected one of the parameters, found ${passed.parameter}`,
          },
        ]
      : [],
  );
};
