/** `GET /_sandbox/access`: what roles and services asked for and were told, each thing once. `DELETE` begins afresh. */
import type { AdminRoute } from '../core/admin-routes.ts';
import type { AccessLog } from './access-log.ts';

export const accessRoutes = (log: AccessLog): readonly AdminRoute[] => [
  {
    method: 'GET',
    path: 'access',
    answer: ({ query }) => {
      const role = query.get('role');
      const denied = query.get('denied') === 'true';
      return {
        access: log
          .entries()
          .filter((entry) => (role === null || entry.role.name === role) && !(denied && entry.allowed)),
        byServices: log.serviceEntries(),
        dropped: log.dropped,
      };
    },
  },
  { method: 'DELETE', path: 'access', answer: () => log.clear() },
];
