/** HTTP APIs of API Gateway: routes with the function behind them and who is let in. */
import * as z from 'zod';
import { functionOfArn } from '../../lambda/function-arn.ts';
import { httpRouteTable } from '../../lambda/records.ts';
import type { Table, World } from '../../service.ts';
import { derivedAlphanumeric } from '../../world/ids.ts';
import { anything, type ResourcePlace, type ResourceTypes, resourceType } from '../resource-type.ts';

const apiSchema = z.strictObject({
  Name: z.string(),
  ProtocolType: z.literal('HTTP'),
  Description: anything,
  CorsConfiguration: anything,
  DisableExecuteApiEndpoint: anything,
  Tags: anything,
});

const stageSchema = z.strictObject({
  ApiId: z.string(),
  StageName: z.string(),
  AutoDeploy: anything,
  AccessLogSettings: anything,
  DefaultRouteSettings: anything,
  RouteSettings: anything,
  Description: anything,
  Tags: anything,
});

const integrationSchema = z.strictObject({
  ApiId: z.string(),
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
  IntegrationMethod: anything,
  TimeoutInMillis: anything,
  Description: anything,
});

const authorizerSchema = z.strictObject({
  ApiId: z.string(),
  Name: z.string(),
  AuthorizerType: z.literal('JWT'),
  IdentitySource: z.array(z.literal('$request.header.Authorization')),
  JwtConfiguration: z.strictObject({ Issuer: z.string(), Audience: z.array(z.string()) }),
});

const routeSchema = z.strictObject({
  ApiId: z.string(),
  RouteKey: z.string().regex(/^[A-Z]+ \/\S*$/, 'expected a method and a path'),
  Target: z.string().startsWith('integrations/'),
  AuthorizationType: z.enum(['NONE', 'AWS_IAM', 'JWT']).default('NONE'),
  AuthorizerId: z.string().optional(),
  AuthorizationScopes: z.array(z.string()).length(0, 'the sandbox checks no scopes').optional(),
  OperationName: anything,
});

interface Integration {
  readonly functionName: string;
}

interface Authorizer {
  readonly issuer: string;
  readonly audience: readonly string[];
}

const integrationTable = (world: World): Table<Integration> => world.table('http-integrations');
const authorizerTable = (world: World): Table<Authorizer> => world.table('http-authorizers');

export const apiGatewayTypes: ResourceTypes = {
  'AWS::ApiGatewayV2::Api': resourceType({
    schema: apiSchema,
    identify: (_api, place) => {
      const ApiId = idOf(place, 10);
      const ApiEndpoint = `https://${ApiId}.execute-api.${place.region}.amazonaws.com`;
      return { ref: ApiId, attributes: { ApiId, ApiEndpoint } };
    },
    remove: () => {},
  }),
  'AWS::ApiGatewayV2::Stage': resourceType({
    schema: stageSchema,
    identify: ({ StageName }) => ({ ref: StageName, attributes: {} }),
    remove: () => {},
  }),
  'AWS::ApiGatewayV2::Integration': resourceType({
    schema: integrationSchema,
    put: ({ IntegrationUri }, place) => {
      const name = functionOfArn(IntegrationUri)?.name;
      if (name === undefined)
        throw new Error(`${IntegrationUri} is no function, and the sandbox integrates no others`);
      integrationTable(place.world).put(idOf(place, 7), { functionName: name });
    },
    identify: (_integration, place) => ({
      ref: idOf(place, 7),
      attributes: { IntegrationId: idOf(place, 7) },
    }),
    remove: ({ ref }, { world }) => integrationTable(world).delete(ref),
  }),
  'AWS::ApiGatewayV2::Authorizer': resourceType({
    schema: authorizerSchema,
    put: ({ JwtConfiguration: { Issuer, Audience } }, place) =>
      authorizerTable(place.world).put(idOf(place, 6), { issuer: Issuer, audience: Audience }),
    identify: (_authorizer, place) => ({ ref: idOf(place, 6), attributes: { AuthorizerId: idOf(place, 6) } }),
    remove: ({ ref }, { world }) => authorizerTable(world).delete(ref),
  }),
  'AWS::ApiGatewayV2::Route': resourceType({
    schema: routeSchema,
    put: ({ ApiId, RouteKey, Target, AuthorizationType, AuthorizerId }, place) => {
      const [method = '', path = ''] = RouteKey.split(' ');
      const { account, region, world } = place;
      const integration = integrationTable(world).get(Target.slice('integrations/'.length));
      if (integration === undefined) throw new Error(`there is no ${Target}`);
      const jwt = authorizerTable(world).get(AuthorizerId ?? '');
      if (AuthorizationType === 'JWT' && jwt === undefined)
        throw new Error(`there is no authorizer ${AuthorizerId ?? ''} for ${RouteKey}`);
      httpRouteTable(world).put(idOf(place, 7), {
        account,
        region,
        method,
        path,
        functionName: integration.functionName,
        apiId: ApiId,
        authorization: AuthorizationType,
        ...(jwt === undefined ? {} : { jwt }),
      });
    },
    identify: (_route, place) => ({ ref: idOf(place, 7), attributes: { RouteId: idOf(place, 7) } }),
    remove: ({ ref }, { world }) => httpRouteTable(world).delete(ref),
  }),
};

const idOf = ({ account, region, stackName, logicalId }: ResourcePlace, length: number): string =>
  derivedAlphanumeric(length, 'http-api', account, region, stackName, logicalId);
