/** Every type of resource that a template may have here. */
import type { ResourceType, ResourceTypes } from '../resource-type.ts';
import { apiGatewayTypes } from './api-gateway.ts';
import { cloudwatchTypes } from './cloudwatch.ts';
import { configTypes } from './config.ts';
import { dynamodbTypes } from './dynamodb.ts';
import { eventsTypes } from './events.ts';
import { iamTypes } from './iam.ts';
import { lambdaTypes } from './lambda.ts';
import { s3Types } from './s3.ts';
import { snsTypes } from './sns.ts';
import { sqsTypes } from './sqs.ts';
import { typesWithoutCounterpart } from './without-counterpart.ts';

const TYPES: ResourceTypes = {
  ...apiGatewayTypes,
  ...cloudwatchTypes,
  ...configTypes,
  ...dynamodbTypes,
  ...eventsTypes,
  ...iamTypes,
  ...lambdaTypes,
  ...s3Types,
  ...snsTypes,
  ...sqsTypes,
  ...typesWithoutCounterpart,
};

/** @throws Error that names the types there are */
export const resourceTypeNamed = (type: string): ResourceType => {
  const found = TYPES[type];
  if (found !== undefined) return found;
  throw new Error(
    `the sandbox has no ${type}; teach it in sandbox/cloudformation/resources, or leave it out. It has: ${Object.keys(TYPES).sort().join(', ')}`,
  );
};
