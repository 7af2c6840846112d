/**
 * The one table that says what an AWS error means for us: may the call be tried again (`transient`), will it
 * never work (`terminal`), or was somebody else first (`conflict`). What is not in it is read from its HTTP
 * status; what has none never reached AWS, and is tried again.
 */
import { type ErrorClass, PortError } from '../domain/ports.ts';

const CLASS_BY_CODE: Readonly<Record<string, ErrorClass>> = {
  // Rates and capacity.
  ThrottlingException: 'transient',
  Throttling: 'transient',
  ThrottledException: 'transient',
  RequestLimitExceeded: 'transient',
  TooManyRequestsException: 'transient',
  ProvisionedThroughputExceededException: 'transient',
  LimitExceededException: 'transient',
  AutomationExecutionLimitExceededException: 'transient',
  // AWS's own trouble.
  InternalServerError: 'transient',
  InternalFailure: 'transient',
  InternalError: 'transient',
  ServiceUnavailable: 'transient',
  ServiceUnavailableException: 'transient',
  // Credentials that have just run out are fetched anew.
  ExpiredToken: 'transient',
  ExpiredTokenException: 'transient',
  RequestExpired: 'transient',
  // No answer.
  TimeoutError: 'transient',
  RequestTimeout: 'transient',
  RequestTimeoutException: 'transient',
  // A start that can never work.
  AutomationDefinitionNotFoundException: 'terminal',
  AutomationDefinitionVersionNotFoundException: 'terminal',
  InvalidAutomationExecutionParametersException: 'terminal',
  IdempotentParameterMismatch: 'terminal',
  InvalidTarget: 'terminal',
  ValidationException: 'terminal',
  ValidationError: 'terminal',
  InvalidParameter: 'terminal',
  InvalidParameterValueException: 'terminal',
  InvalidDocument: 'terminal',
  AccessDenied: 'terminal',
  AccessDeniedException: 'terminal',
  AuthorizationError: 'terminal',
  UnrecognizedClientException: 'terminal',
  NotFoundException: 'terminal',
  NoSuchConfigRuleException: 'terminal',
  ResourceNotFoundException: 'terminal',
  // Somebody else wrote first.
  ConditionalCheckFailedException: 'conflict',
};

interface SdkError {
  readonly name?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/**
 * Translates whatever an SDK client threw.
 *
 * @param operation what was tried, e.g. `ssm:StartAutomationExecution`
 */
export const toPortError = (error: unknown, operation: string): PortError => {
  if (error instanceof PortError) return error;
  const { name = 'UnknownError', message = String(error), $metadata } = (error ?? {}) as SdkError;
  return new PortError(errorClassOf(name, $metadata?.httpStatusCode), name, operation, message, {
    cause: error,
  });
};

export const errorClassOf = (code: string, httpStatus: number | undefined): ErrorClass => {
  const known = Object.hasOwn(CLASS_BY_CODE, code) ? CLASS_BY_CODE[code] : undefined;
  if (known !== undefined) return known;
  return httpStatus !== undefined && httpStatus >= 400 && httpStatus < 500 && httpStatus !== 429
    ? 'terminal'
    : 'transient';
};

/** Runs one call of AWS and translates its error. */
export const calling = async <T>(operation: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    throw toPortError(error, operation);
  }
};

export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof PortError && codes.includes(error.code);
