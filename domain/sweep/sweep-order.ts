/** What is to be swept: everything that selfheal knows of, or what somebody asked for. */
import type { Lane } from '../finding.ts';

/** Only what is in all of these; what is absent limits nothing. */
export interface SweepScope {
  /** 12-digit ids. */
  readonly accounts?: readonly string[];
  readonly regions?: readonly string[];
  /** Identifiers, or names decorated or plain. */
  readonly rules?: readonly string[];
}

export interface SweepOrder {
  /** Under which its report is found. */
  readonly id: string;
  /** Who wants it; absent when it was time for it. */
  readonly who?: string;
  /** Absent: everything. */
  readonly only?: SweepScope;
}

/** The lanes that an order names outright: each of its accounts in each of its Regions. */
export const namedLanes = ({ accounts = [], regions = [] }: SweepScope): readonly Lane[] =>
  accounts.flatMap((account) => regions.map((region) => ({ account, region })));

export const isInScope = (
  { account, region }: Lane,
  { accounts, regions }: Omit<SweepScope, 'rules'>,
): boolean => (accounts?.includes(account) ?? true) && (regions?.includes(region) ?? true);
