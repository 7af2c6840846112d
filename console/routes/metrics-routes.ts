/** What Prometheus scrapes: the numbers as they are, without counting or measuring anything for it. */
import { Hono } from 'hono/tiny';
import type { PrometheusMetrics } from '../../infra/observability/prometheus-metrics.ts';

export const metricsRoutes = (metrics?: Pick<PrometheusMetrics, 'page'>): Hono =>
  new Hono().get('/', async (context) => {
    if (metrics === undefined) return context.text('');
    const { contentType, text } = await metrics.page();
    return context.body(text, 200, { 'content-type': contentType });
  });
