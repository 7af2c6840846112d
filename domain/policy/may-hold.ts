/** Which entries may hold for findings of a rule, whatever their resources are called and however they are tagged. */
import { compileEventPattern, type EventPattern, type FieldRef } from './event-pattern.ts';
import type { Policy, PolicySubject } from './policy.ts';

export type AnyResource = Omit<PolicySubject, 'resourceId' | 'tags' | 'resourceType'> & {
  /** Absent: nobody knows at what the rule looks. */
  readonly resourceType?: string;
};

/** @returns the names of the entries, in the order of the policy */
export const entriesThatMayHold = ({
  entries,
}: Pick<Policy, 'entries'>): ((about: AnyResource) => readonly string[]) => {
  const compiled = entries.map(({ name, match }) => ({
    name,
    mayHold: compileEventPattern(without(match, isOfResource)),
    mayHoldForAnyType: compileEventPattern(without(match, (ref) => isOfResource(ref) || isType(ref))),
  }));
  return ({ resourceType, ...about }) =>
    compiled
      .filter(({ mayHold, mayHoldForAnyType }) =>
        resourceType === undefined
          ? mayHoldForAnyType({ ...about, resourceType: '', resourceId: '', tags: {} })
          : mayHold({ ...about, resourceType, resourceId: '', tags: {} }),
      )
      .map(({ name }) => name);
};

const isOfResource = (ref: FieldRef): boolean => ref.kind === 'tag' || ref.field === 'resourceId';
const isType = (ref: FieldRef): boolean => ref.kind === 'field' && ref.field === 'resourceType';

/** What is left out may hold: that is what "may" means. */
const without = ({ fields, anyOf }: EventPattern, isLeftOut: (ref: FieldRef) => boolean): EventPattern => ({
  fields: fields.filter(({ ref }) => !isLeftOut(ref)),
  anyOf: anyOf.map((group) => group.map((alternative) => without(alternative, isLeftOut))),
});
