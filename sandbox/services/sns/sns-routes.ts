/** `GET /_sandbox/messages[?topicArn=…]`: what was published, since nobody reads mail in a sandbox. */
import type { AdminRoute } from '../../core/admin-routes.ts';
import type { SnsService } from './sns.ts';

export const snsRoutes = (sns: SnsService): readonly AdminRoute[] => [
  {
    method: 'GET',
    path: 'messages',
    answer: ({ query }) => ({ messages: sns.messages(query.get('topicArn') ?? undefined) }),
  },
];
