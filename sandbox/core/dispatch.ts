/**
 * From a described call to its answer: who calls, what is in the way (faults), is the input valid, what does
 * the service say. Every way out is counted and written in the caller's protocol.
 *
 *     caller -> known operation -> counted -> fault? -> input checked -> access -> operation -> answer
 *
 * A fault comes before access: it stands for what happens on the way to the service. Access comes after the
 * input's check, since what a call needs is read from its input.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { enforceAccess } from '../iam/enforce-access.ts';
import { constraintsOf, type ServiceConstraints } from '../protocol/constraints.ts';
import { errorJson, toJson } from '../protocol/json-output.ts';
import { parseQueryInput } from '../protocol/query-input.ts';
import { errorXml, responseXml, resultXml } from '../protocol/query-output.ts';
import { s3ErrorXml } from '../protocol/s3-output.ts';
import { sqsInputNames, sqsQueryCode, sqsResultXml } from '../protocol/sqs-query.ts';
import { validateInput } from '../protocol/validate.ts';
import { AwsError, type AwsService, type World } from '../service.ts';
import { type S3Output, unknownS3 } from '../services/s3/s3.ts';
import { type S3Request, s3InputOf } from '../services/s3/s3-request.ts';
import type { CallCounter } from './call-counter.ts';
import { type Caller, identifyCaller } from './caller.ts';
import type { HttpCallContext } from './context.ts';
import type { CallFault, Faults } from './faults.ts';

interface CallBase {
  /** Empty when it cannot be told. */
  readonly service: string;
  readonly operation: string;
  readonly headers: IncomingHttpHeaders;
}

export type ApiCall =
  | (CallBase & { readonly protocol: 'json'; readonly version: string; readonly text: string })
  | (CallBase & { readonly protocol: 'query'; readonly form: URLSearchParams; readonly path: string })
  | (CallBase & { readonly protocol: 's3'; readonly request: S3Request });

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** The connection stays open and silent. */
export const NO_ANSWER = 'no-answer';
/** The connection is cut. */
export const RESET = 'reset';

export type Outcome = ApiAnswer | typeof NO_ANSWER | typeof RESET | 'proxy' | 'proxy-and-reset';

export type Dispatch = (call: ApiCall, onAbandoned: (callback: () => void) => void) => Promise<Outcome>;

export interface DispatchDeps {
  readonly world: World;
  readonly services: ReadonlyMap<string, AwsService>;
  readonly hubAccount: string;
  readonly faults: Faults;
  readonly calls: CallCounter;
  readonly nowMs: () => number;
  readonly requestId: () => string;
  /** Called after every operation has begun: something may have become due. */
  readonly changed: () => void;
}

export const createDispatch =
  (deps: DispatchDeps): Dispatch =>
  async (call, onAbandoned) => {
    const requestId = deps.requestId();
    try {
      const caller = identifyCaller(call.headers, deps.hubAccount, deps.nowMs());
      const operation = deps.services.get(call.service)?.operations[call.operation];
      if (operation === undefined && call.service !== 'dynamodb') throw unknownOperation(call);
      deps.calls.count(call.service, call.operation);
      const fault = deps.faults.forCall({ ...caller, service: call.service, operation: call.operation });
      if (fault?.kind === 'timeout') return NO_ANSWER;
      if (fault?.kind === 'throttle' || fault?.kind === 'error') throw faultError(call.service, fault);
      const guarded = { ...caller, world: deps.world, service: call.service, operation: call.operation };
      if (operation === undefined) {
        enforceAccess(guarded, () => readInput(call, undefined));
        return fault === undefined ? 'proxy' : 'proxy-and-reset';
      }
      const constraints = constraintsOf(call.service);
      const input = readInput(call, constraints);
      enforceAccess(guarded, () => input);
      const pending = operation(input, contextOf(caller, deps.nowMs(), onAbandoned));
      // Not only after the answer: a long poll is answered by what is due.
      deps.changed();
      const output = await pending;
      return fault?.kind === 'drop-response' ? RESET : answer(call, constraints, output, requestId);
    } catch (error) {
      return refuse(call, toAwsError(error), requestId);
    }
  };

const contextOf = (
  { account, region, principalArn }: Caller,
  nowMs: number,
  onAbandoned: (callback: () => void) => void,
): HttpCallContext => ({ account, region, principalArn, nowMs, onAbandoned });

const unknownOperation = (call: ApiCall): AwsError => {
  const { protocol, operation, service } = call;
  if (protocol === 's3') return unknownS3(call.request.method, call.request.url);
  return protocol === 'json'
    ? new AwsError(
        'UnknownOperationException',
        `The sandbox has no operation ${operation} of ${service || 'that service'}`,
      )
    : new AwsError('InvalidAction', `The action ${operation} is not valid for this endpoint.`);
};

const THROTTLING: Readonly<Record<string, AwsError>> = {
  s3: new AwsError('SlowDown', 'Please reduce your request rate.', 503),
  sns: new AwsError('Throttled', 'Rate exceeded', 429),
  sqs: new AwsError('RequestThrottled', 'Rate exceeded', 403),
  sts: new AwsError('Throttling', 'Rate exceeded'),
};

/** Also how EventBridge's own delivery is refused. */
export const faultError = (service: string, fault: CallFault): AwsError => {
  if (fault.kind === 'throttle')
    return THROTTLING[service] ?? new AwsError('ThrottlingException', 'Rate exceeded');
  if (fault.errorCode === undefined) {
    return new AwsError(
      INTERNAL[service] ?? 'InternalServerError',
      'We encountered an internal error. Please try again.',
      500,
    );
  }
  const message = fault.message ?? `${fault.errorCode} (set by a fault rule of the sandbox)`;
  return new AwsError(fault.errorCode, message);
};

const INTERNAL: Readonly<Record<string, string>> = {
  events: 'InternalException',
  s3: 'InternalError',
  sns: 'InternalError',
  sqs: 'InternalFailure',
  sts: 'InternalFailure',
};

const readInput = (call: ApiCall, constraints: ServiceConstraints | undefined): unknown => {
  if (call.protocol === 's3') return s3InputOf(call.request);
  const input = call.protocol === 'json' ? parseJson(call.text) : readForm(call, constraints);
  if (constraints !== undefined) validateInput(constraints, call.operation, input);
  return input;
};

const parseJson = (text: string): unknown => {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    throw new AwsError('SerializationException', 'The request body is no valid JSON');
  }
};

const readForm = (
  call: ApiCall & { protocol: 'query' },
  constraints: ServiceConstraints | undefined,
): unknown => {
  if (constraints === undefined) return Object.fromEntries(call.form);
  if (call.service !== 'sqs') return parseQueryInput(constraints, call.operation, call.form);
  const input = parseQueryInput(constraints, call.operation, call.form, sqsInputNames(call.operation));
  // Old clients send to the queue's own URL and may leave the parameter out.
  const isAboutQueue = /\/\d{12}\/[\w-]+/.test(call.path) && !call.form.has('QueueUrl');
  return isAboutQueue ? { QueueUrl: call.path, ...(input as object) } : input;
};

const answer = (
  call: ApiCall,
  constraints: ServiceConstraints | undefined,
  output: unknown,
  requestId: string,
): ApiAnswer => {
  if (call.protocol === 'json') return jsonAnswer(200, call.version, toJson(output), requestId);
  if (call.protocol === 's3') {
    const { headers, body } = output as S3Output;
    return { status: 200, headers: { ...headers, 'x-amz-request-id': requestId }, body };
  }
  const result =
    call.service === 'sqs'
      ? sqsResultXml(call.operation, output)
      : constraints === undefined
        ? ''
        : resultXml(constraints, call.operation, output);
  return xmlAnswer(200, responseXml(call.service, call.operation, result, requestId), requestId);
};

const refuse = (call: ApiCall, error: AwsError, requestId: string): ApiAnswer => {
  if (call.protocol === 'json') {
    const told = jsonError(error);
    const { headers, body } = errorJson(call.service, told);
    return jsonAnswer(told.httpStatus, call.version, body, requestId, headers);
  }
  if (call.protocol === 's3') {
    const xml = s3ErrorXml(error, call.request.url.split('?')[0] ?? '/', requestId);
    const headers = { 'content-type': 'application/xml', 'x-amz-request-id': requestId };
    return { status: error.httpStatus, headers, body: xml };
  }
  const code = call.service === 'sqs' ? sqsQueryCode(error.code) : (QUERY_CODES[error.code] ?? error.code);
  const told = new AwsError(code, error.message, error.httpStatus);
  return xmlAnswer(error.httpStatus, errorXml(call.service, told, requestId), requestId);
};

const QUERY_CODES: Readonly<Record<string, string>> = {
  ValidationException: 'ValidationError',
  SerializationException: 'MalformedInput',
};

/** Errors before the service is reached have a longer name over JSON. */
const JSON_CODES: Readonly<Record<string, string>> = {
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  IncompleteSignature: 'IncompleteSignatureException',
  InvalidClientTokenId: 'UnrecognizedClientException',
  ExpiredToken: 'ExpiredTokenException',
};

const jsonError = (error: AwsError): AwsError => {
  const code = JSON_CODES[error.code];
  return code === undefined ? error : new AwsError(code, error.message, 400);
};

const toAwsError = (error: unknown): AwsError => {
  if (error instanceof AwsError) return error;
  // A fault of the sandbox itself: told in full, since nobody else will find it.
  return new AwsError(
    'InternalFailure',
    `The sandbox failed: ${error instanceof Error ? error.stack : String(error)}`,
    500,
  );
};

const jsonAnswer = (
  status: number,
  version: string,
  body: string,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): ApiAnswer => ({
  status,
  headers: { 'content-type': `application/x-amz-json-${version}`, 'x-amzn-requestid': requestId, ...headers },
  body,
});

const xmlAnswer = (status: number, body: string, requestId: string): ApiAnswer => ({
  status,
  headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
  body,
});
