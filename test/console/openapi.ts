/** Holds answers against `docs/openapi.yml`. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';

interface Operation {
  readonly responses: Readonly<Record<string, { readonly $ref?: string }>>;
}

export const openapi = parse(readFileSync(new URL('../../docs/openapi.yml', import.meta.url), 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, unknown>>;
};

const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addFormat('date-time', /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
ajv.addSchema(openapi, 'openapi');

/** What an answer lacks or has too much of, as text; empty when it is as documented. */
export const problemsOfAnswer = (
  method: string,
  path: string,
  status: number,
  contentType: string,
  body: unknown,
): string => {
  const operation = openapi.paths[path]?.[method.toLowerCase()];
  if (operation === undefined) return `${method} ${path} is not documented`;
  const response = operation.responses[String(status)];
  if (response === undefined) return `${method} ${path} answers ${status}, which is not documented`;
  const place =
    response.$ref?.slice(1) ?? `/paths/${escaped(path)}/${method.toLowerCase()}/responses/${status}`;
  const type = contentType.split(';', 1)[0] ?? '';
  const validate = ajv.getSchema(`openapi#${place}/content/${escaped(type)}/schema`);
  if (validate === undefined) return `${method} ${path} answers ${type}, which is not documented`;
  return validate(body) ? '' : `${method} ${path} ${status}: ${ajv.errorsText(validate.errors)}`;
};

const escaped = (step: string): string =>
  encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));
