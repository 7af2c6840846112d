/** Routes under `/_sandbox/` by which templates are deployed. The template comes as text, JSON or YAML. */
import * as z from 'zod';
import { AdminProblem, type AdminRoute } from '../core/admin-routes.ts';
import type { SandboxCore } from '../sandbox.ts';
import { readTemplate } from './read-template.ts';
import { stackTable } from './stack-store.ts';
import { deployStack, deployStackSet } from './stacks.ts';
import { type Template, tellIssue } from './template.ts';

const laneSchema = z.object({ account: z.string().regex(/^[0-9]{12}$/), region: z.string().min(1) });

const orderSchema = z.object({
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,127}$/),
  template: z.string(),
  parameters: z.record(z.string(), z.string()).default({}),
});

const stackSchema = orderSchema.extend({
  ...laneSchema.shape,
  code: z.record(z.string(), z.string()).default({}),
});

const stackSetSchema = orderSchema.extend({ homeRegion: z.string().min(1), lanes: z.array(laneSchema) });

export const stackRoutes = (core: SandboxCore): readonly AdminRoute[] => [
  { method: 'GET', path: 'stacks', answer: () => [...stackTable(core.world).values()] },
  {
    method: 'POST',
    path: 'stacks',
    answer: ({ body }) =>
      told(async () => {
        const { account, region, ...order } = read(stackSchema, body);
        return deployStack(core, { ...order, template: templateOf(order.template) }, { account, region });
      }),
  },
  {
    method: 'POST',
    path: 'stack-sets',
    answer: ({ body }) =>
      told(async () => {
        const { lanes, ...set } = read(stackSetSchema, body);
        await deployStackSet(core, { ...set, template: templateOf(set.template) }, lanes);
        return { lanes: lanes.length };
      }),
  },
];

/** The same template comes again with every lane and every start of a service. */
const templateOf = (text: string): Template => {
  const known = templates.get(text);
  if (known !== undefined) return known;
  const template = readTemplate(text);
  if (templates.size >= TEMPLATES_KEPT_MAX) templates.clear();
  templates.set(text, template);
  return template;
};

const templates = new Map<string, Template>();
const TEMPLATES_KEPT_MAX = 8;

const read = <T>(schema: z.ZodType<T>, body: unknown): T => {
  const parsed = schema.safeParse(body, { jitless: true });
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map(tellIssue).join('; '));
};

/** What is wrong with a template is the caller's to mend, and no fault of the sandbox. */
const told = async <T>(deploy: () => Promise<T>): Promise<T> => {
  try {
    return await deploy();
  } catch (error) {
    throw new AdminProblem((error as Error).message);
  }
};
