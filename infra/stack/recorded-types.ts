/** What AWS Config's recorder records when its scope follows from our rules, catalog and packs: every type costs. */
import { ResourceType } from '@aws-sdk/client-config-service';
import type { Catalog } from '../../domain/catalog/catalog.ts';
import type { ManagedRule } from '../packs/controls.ts';
import type { TemplateValue } from './template.ts';

export interface RecordedFor {
  readonly catalog: Pick<Catalog, 'runbooks' | 'guides'>;
  /** Of the rule packs: what is not recorded their rules never look at. */
  readonly managedRules: Readonly<Record<string, ManagedRule>>;
}

/** `AWS::Config::ConfigurationRecorder`'s RecordingGroup: all types, or those of our rules; IAM's in one Region only. */
export const recordingGroup = (rules: RecordedFor): TemplateValue => {
  const types = recordedTypes(rules);
  return {
    'Fn::If': [
      'RecordsAll',
      { AllSupported: true, IncludeGlobalResourceTypes: { 'Fn::If': ['IsHomeRegion', true, false] } },
      {
        AllSupported: false,
        ResourceTypes: {
          'Fn::If': ['IsHomeRegion', types, types.filter((type) => !IS_GLOBAL.test(type))],
        },
      },
    ],
  };
};

/** Those types that can be recorded: of an account as such Config keeps no configuration item. */
export const recordedTypes = ({ catalog, managedRules }: RecordedFor): readonly string[] => {
  const served = [...catalog.runbooks, ...catalog.guides].flatMap(({ rules }) => rules);
  const types = [...served, ...Object.values(managedRules)].flatMap(({ resourceTypes }) => resourceTypes);
  return [...new Set(types)].filter((type) => RECORDABLE.has(type)).sort();
};

const RECORDABLE: ReadonlySet<string> = new Set(Object.values(ResourceType));
/** Recorded by every Region that is told to, though there is only one of each. */
const IS_GLOBAL = /^AWS::IAM::/;
