/** selfheal's pages over a table in memory, on a port of this machine, for a browser. */
import { type ServerType, serve } from '@hono/node-server';
import { type PageService, type PageServiceOptions, pageService } from './page-service.ts';

export interface ServedPages extends PageService {
  readonly url: string;
  close(): void;
}

export const servePages = async (options: PageServiceOptions): Promise<ServedPages> => {
  const service = await pageService(options);
  let server: ServerType | undefined;
  const port = await new Promise<number>((resolve) => {
    server = serve({ fetch: service.http.fetch, hostname: '127.0.0.1', port: 0 }, (at) => resolve(at.port));
  });
  return { ...service, url: `http://127.0.0.1:${port}`, close: () => server?.close() };
};
