/** What AWS Config's recorder records when its scope follows from the catalog: every type costs. */
import { ResourceType } from '@aws-sdk/client-config-service';
import type { Catalog } from '../../domain/catalog/catalog.ts';
import type { TemplateValue } from './template.ts';

/** `AWS::Config::ConfigurationRecorder`'s RecordingGroup: all types, or the catalog's; IAM's in one Region only. */
export const recordingGroup = (catalog: Pick<Catalog, 'runbooks' | 'guides'>): TemplateValue => {
  const types = recordedTypes(catalog);
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

/** Those of the catalog's types that can be recorded: of an account as such Config keeps no configuration item. */
export const recordedTypes = ({
  runbooks,
  guides,
}: Pick<Catalog, 'runbooks' | 'guides'>): readonly string[] => {
  const served = [...runbooks, ...guides].flatMap(({ rules }) => rules.flatMap((rule) => rule.resourceTypes));
  return [...new Set(served)].filter((type) => RECORDABLE.has(type)).sort();
};

const RECORDABLE: ReadonlySet<string> = new Set(Object.values(ResourceType));
/** Recorded by every Region that is told to, though there is only one of each. */
const IS_GLOBAL = /^AWS::IAM::/;
