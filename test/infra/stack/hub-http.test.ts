/** The hub's HTTP APIs: every route that a function serves, who may take it, and no other. */
import type { Hono } from 'hono';
import { beforeAll, describe, expect, it } from 'vitest';
import { deciding } from '../../../console/groups/deciding.ts';
import { operating } from '../../../console/groups/operating.ts';
import { reading } from '../../../console/groups/reading.ts';
import { SYNTHESIS_MS_MAX, type Synthesized, synthesized } from '../../support/synthesized.ts';
import { byName, idIn, ofType } from '../../support/template-reader.ts';
import { textOf } from '../../support/template-values.ts';

let hub: Synthesized;
beforeAll(async () => {
  hub = await synthesized();
}, SYNTHESIS_MS_MAX);

describe('the HTTP APIs', () => {
  const GROUPS = { api: reading, decide: deciding, operations: operating } as unknown as Readonly<
    Record<string, (deps: object) => Hono>
  >;
  const deps = { operations: {}, app: {} };
  const served = (name: string) => [
    ...new Set(
      (GROUPS[name] as (deps: object) => Hono)(deps).routes.map(
        ({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`,
      ),
    ),
  ];
  const routes = (api: string) =>
    ofType(hub.template, 'AWS::ApiGatewayV2::Route')
      .filter(([, { ApiId }]) => idIn(ApiId) === api)
      .map(([, { RouteKey, Target, AuthorizationType }]) => {
        const integration = hub.template.Resources[textOf(Target).replace(/^integrations\/\{(.*)\}$/, '$1')];
        const name =
          /function:selfheal-(.+)$/.exec(textOf(integration?.Properties.IntegrationUri))?.[1] ?? '';
        return { key: `${textOf(RouteKey)}`, name, authorization: textOf(AuthorizationType) };
      });
  const isPage = (key: string) => !/ \/(api\/|healthz)/.test(key);

  it.each(['api', 'decide', 'operations'])('lead to %s what it serves, and nothing else', (name) => {
    const keysOf = (api: string) =>
      routes(api)
        .filter((route) => route.name === name)
        .map(({ key }) => key)
        .sort();
    expect(keysOf('BrowserApi')).toEqual(served(name).sort());
    expect(keysOf('SignedApi')).toEqual(
      served(name)
        .filter((key) => !isPage(key))
        .sort(),
    );
  });

  const letIn = (api: string, authorization: string) =>
    routes(api)
      .filter((route) => route.authorization === authorization)
      .map(({ key }) => key);

  it('ask everybody who they are, by signature or by token', () => {
    expect(letIn('SignedApi', 'AWS_IAM')).toEqual(routes('SignedApi').map(({ key }) => key));
    expect(letIn('BrowserApi', 'JWT')).toEqual(
      routes('BrowserApi').flatMap(({ key }) => (isPage(key) ? [] : [key])),
    );
    for (const [id, { ApiId }] of ofType(hub.template, 'AWS::ApiGatewayV2::Route'))
      if (idIn(ApiId) === 'BrowserApi') expect(hub.template.Resources[id]?.Condition, id).toBe('HasJwt');
  });

  it('let through twenty requests a second, and a burst of fifty', () => {
    const stages = ofType(hub.template, 'AWS::ApiGatewayV2::Stage');
    expect(stages.map(([, { ApiId }]) => idIn(ApiId)).sort()).toEqual(['BrowserApi', 'SignedApi']);
    for (const [, { DefaultRouteSettings }] of stages)
      expect(DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: 20, ThrottlingBurstLimit: 50 });
  });

  it('leave it to the functions on the pages alone, since no authorizer reads a cookie', () => {
    expect(letIn('BrowserApi', 'NONE')).toEqual([
      'GET /',
      'GET /cases/{id}',
      'GET /cases/{id}/decision',
      'GET /decide/{token}',
      'GET /reports',
      'GET /reports/{week}',
      'GET /reports/{week}/cases',
      'GET /reports.css',
      'GET /console.css',
      'GET /sign-in',
      'GET /sign-in/callback',
      'POST /sign-out',
      'POST /cases/{id}/decision',
    ]);
    // All but the form are behind the function that can change nothing.
    expect(
      routes('BrowserApi').filter((route) => route.authorization === 'NONE' && route.name !== 'api'),
    ).toEqual([{ key: 'POST /cases/{id}/decision', name: 'decide', authorization: 'NONE' }]);
  });

  it('may each call the three functions, and nothing else may', () => {
    const allowed = ofType(hub.template, 'AWS::Lambda::Permission')
      .filter(([, { Principal }]) => Principal === 'apigateway.amazonaws.com')
      .map(
        ([, { FunctionName, SourceArn }]) =>
          `${/\{(\w+Api)\}/.exec(textOf(SourceArn))?.[1]} ${idIn(FunctionName)}`,
      );
    expect(allowed.sort()).toEqual(
      ['BrowserApi', 'SignedApi'].flatMap((api) =>
        ['Api', 'Decide', 'Operations'].map((name) => `${api} ${name}LambdaFunction`),
      ),
    );
  });

  it('are answered before API Gateway gives up, after 30 s', () => {
    for (const name of ['api', 'decide', 'operations'])
      expect(
        Number(
          byName(hub.template, 'AWS::Lambda::Function', 'FunctionName').get(`selfheal-${name}`)?.properties
            .Timeout,
        ),
      ).toBeLessThan(30);
  });
});
