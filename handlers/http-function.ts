/** A group of HTTP routes as a Lambda function behind API Gateway: who asks was made sure of before it is called. */
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { Hono } from 'hono/tiny';
import type { HttpDeps } from '../console/http-deps.ts';
import { httpFrame } from '../console/http-frame.ts';
import { noSessions } from '../console/identity/session.ts';
import type { VisitsOf } from '../console/identity/sign-in.ts';
import { signedIn } from '../console/signed-in.ts';
import { writesBySomebody } from '../console/who-is.ts';
import { epochMs } from '../domain/time.ts';
import type { AppBase } from '../infra/compose-ports.ts';
import { readPeople } from '../infra/people-settings.ts';
import type { Settings } from '../infra/settings.ts';
import { type GatewayAnswer, overGateway } from './gateway-http.ts';

/**
 * @example
 * export const handler = httpFunction(app, settings, reading, visitsOf);
 *
 * @param visitsOf where there are pages: what only they need is in no other function
 */
export const httpFunction = <A extends AppBase>(
  app: A,
  { region, hubAccount }: Settings,
  routes: (deps: HttpDeps & { readonly app: A }) => Hono,
  visitsOf?: VisitsOf,
) => {
  const { signIn: settings, ...people } = readPeople(process.env);
  const { log, clock } = app.ports;
  const nowMs = () => epochMs(clock.now());
  const visits = settings && visitsOf?.({ settings, nowMs, log, ...people });
  const whoIs = signedIn({ hubAccount, ...people });
  const answer = overGateway(
    httpFrame(
      log,
      new Hono().use('/api/*', writesBySomebody({ whoIs })).route(
        '/',
        routes({
          app,
          nowMs,
          whoIs,
          sessionOf: noSessions,
          ...visits,
          globalLaneRegion: region,
        }),
      ),
    ),
  );
  return middy(
    (event: APIGatewayProxyEventV2, context: Context): Promise<GatewayAnswer> => answer(event, context),
  );
};
