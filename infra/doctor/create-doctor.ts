/**
 * Looks at everything that selfheal needs, at all lanes at once, and says what is wrong and how it is mended. One
 * lane's trouble never delays the others: each has its own patience, the whole has one too, and what was not
 * answered by then is told as unknown.
 */
import { judgeHub } from '../../domain/doctor/judge-hub.ts';
import type { Reading } from '../../domain/doctor/reading.ts';
import { type Diagnosis, diagnosisOf, type Trouble, unread } from '../../domain/doctor/trouble.ts';
import type { Lane } from '../../domain/finding.ts';
import { examineLanes, type LanesOptions } from './examine-lanes.ts';
import { beginLook, type DoctorPatience } from './look.ts';
import { type HubOptions, type PolicyState, readHub } from './read-hub.ts';

export interface Doctor {
  /** @param lanes the only ones to look at; otherwise all that are looked after, and the hub. */
  examine(lanes?: readonly Lane[]): Promise<Diagnosis>;
}

export interface DoctorOptions {
  readonly hub: HubOptions;
  readonly lanes: LanesOptions;
  /** Looks for the policy anew, and at what was published and is not in force. */
  readonly policy: () => Promise<PolicyState>;
  readonly patience?: DoctorPatience;
}

/** A little less than the 30 s that an HTTP API gives an answer. */
const PATIENCE: DoctorPatience = { wholeMsMax: 25_000, placeMsMax: () => 8_000 };

export const createDoctor = (options: DoctorOptions): Doctor => ({
  examine: async (only) => {
    const look = beginLook(options.patience ?? PATIENCE);
    const policy = await look.ask('dynamodb:Query', options.policy);
    const [hub, { lanes, troubles }] = await Promise.all([
      only === undefined ? readHub(options.hub, policy, look.ask).then(judgeHub) : ofPolicyAlone(policy),
      examineLanes(options.lanes, policy.ok ? policy.value.book : undefined, look, only),
    ]);
    return diagnosisOf([...hub, ...troubles], {
      lanes,
      checks: look.checks(),
      notChecked: NOT_CHECKED,
    });
  },
});

/** Without it nobody can say which runbooks a lane needs. */
const ofPolicyAlone = (policy: Reading<PolicyState>): readonly Trouble[] =>
  policy.ok ? [] : [unread('policy', policy, 'selfheal doctor')];

const NOT_CHECKED: readonly string[] = [
  "whether an account lets in the hub's other functions: it trusts all of their roles in one list; who is not let in says so in the case",
  'runbooks for rules that a Region has in other accounts than the one that was asked; a start without its runbook fails with that reason in its case',
  'the roles that runbooks act with: selfheal may not read IAM; the member stack makes them together with the role it enters by, and a start without its role fails with that reason in its case',
];
