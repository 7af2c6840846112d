/**
 * What one request at most makes a function read, its cold start included. What is loaded on demand is no excuse to
 * read as much as one likes: somebody waits for the dearest request, too.
 */
import type { CodePart, FunctionBundle } from './bundle-functions.ts';

export interface RequestRead {
  /** Of the request. */
  readonly name: string;
  /** Of all files that are read for it, each counted once. */
  readonly bytes: number;
}

const MESSAGES = ['domain/message/messages.ts', 'domain/message/variants.ts', 'infra/links/compose-links.ts'];
const MANY_MESSAGES = [...MESSAGES, 'domain/message/many-messages.ts'];
const ERROR_PAGE = 'console/page/error-page.ts';
const SESSION = 'infra/identity/oidc.ts';
const FORM = ['console/routes/decision-form-routes.ts', SESSION, ERROR_PAGE];
const REPORTING = 'infra/report/compose-reporting.ts';
const EXEMPTION = 'domain/exemption/exempt-finding.ts';

/**
 * Function -> request -> the modules that it may ask for, all of them in one go. What is not named here counts for
 * every request of its function.
 */
const REQUESTS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  api: {
    'looking at a case': [SESSION, ERROR_PAGE],
    'opening a link': ['infra/links/compose-reader.ts', SESSION, ERROR_PAGE],
    'signing in': ['console/identity/sign-in-routes.ts', SESSION, ERROR_PAGE],
    'a report as a page': ['console/routes/report-page-routes.ts', REPORTING, SESSION, ERROR_PAGE],
    'a report over the API': ['console/routes/report-routes.ts', REPORTING],
    'verifying a report': ['console/routes/report-routes.ts', REPORTING, 'infra/report/compose-verify.ts'],
  },
  decide: {
    'approving by the form': [...FORM, ...MESSAGES],
    // Who is told of a denial gets no link: there is nothing to decide.
    'denying by the form, with an exemption': [
      ...FORM,
      'domain/message/messages.ts',
      'domain/message/variants.ts',
      EXEMPTION,
    ],
    'deciding over the API, also on a batch': [...MANY_MESSAGES, EXEMPTION],
    'applying a plan': [
      'console/routes/apply-routes.ts',
      'domain/engine/compliance-reported.ts',
      ...MANY_MESSAGES,
    ],
    'changing exemptions': ['console/routes/exemption-routes.ts', ...MESSAGES],
    'ordering a sweep': ['console/routes/sweep-routes.ts'],
  },
};

/** Every request of a function; one that names nothing for itself reads all that there is. */
export const readByRequests = ({
  name,
  atStart,
  onDemand,
  bytesByFile,
}: Pick<FunctionBundle, 'name' | 'atStart' | 'onDemand' | 'bytesByFile'>): readonly RequestRead[] => {
  const requests = REQUESTS[name] ?? { 'any request': [] };
  const named = new Set(Object.values(requests).flat());
  const forAll = Object.keys(onDemand).filter((module) => !named.has(module));
  return Object.entries(requests).map(([request, modules]) => {
    const parts: readonly CodePart[] = [
      atStart,
      ...[...modules, ...forAll].flatMap((module) => onDemand[module] ?? []),
    ];
    const files = new Set(parts.flatMap((part) => part.files));
    return {
      name: request,
      bytes: [...files].reduce((sum, file) => sum + (bytesByFile[file] ?? 0), 0),
    };
  });
};

/** The modules that requests are said to ask for: each must be one that the function loads on demand. */
export const modulesOfRequests = (name: string): readonly string[] => [
  ...new Set(Object.values(REQUESTS[name] ?? {}).flat()),
];

/** The dearest of them. */
export const dearestRequest = (
  bundle: Pick<FunctionBundle, 'name' | 'atStart' | 'onDemand' | 'bytesByFile'>,
): RequestRead => {
  const [dearest] = [...readByRequests(bundle)].sort((left, right) => right.bytes - left.bytes);
  if (dearest === undefined) throw new Error(`no request is named for ${bundle.name}`);
  return dearest;
};
